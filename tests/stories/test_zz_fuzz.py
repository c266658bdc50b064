import copy, random, json
from tests.builders import *
from tests.portable import ALL
from api.portable.rules import reading
from tests.stories.test_exchange import take_in, a_document
from tests.contracts.scene import a_source
import pytest, uuid

NASTY = [None, True, False, 0, 1, -1, 1.5, 2**53-1, "", " ", "a", "KZ", "x"*600, "y"*90, "a-b"*40, "é", "\u0301", "\u200b", "<b>", "[^1]", "{{ 1 }}", [], [[]], [None], [1], ["a"], [{}], {}, {"a": None}, {"id": []}, {"id": {"x": 1}}, {"paragraph": 5}, {"demands": []}, {"cases": {"ids": [[]]}}, "2031-02-30", "0000-00-00", "en-x-" + "-".join(["abcdefgh"]*5), "zz", "uz-Latn", [{"id":"a","name":"B","country":"KZ"}]*2, {"party": None, "demands": []}, 1e300, "A"*100000, [["x"]*1000], "\U0001F600"]

def paths(value, path=()):
    yield path
    if isinstance(value, dict):
        for k, v in value.items(): yield from paths(v, (*path, k))
    elif isinstance(value, list):
        for i, v in enumerate(value): yield from paths(v, (*path, i))

def mutate(doc, rnd):
    doc = copy.deepcopy(doc)
    for _ in range(rnd.choice([1,1,1,2,4])):
        path = rnd.choice(list(paths(doc)))
        if not path: continue
        at = doc
        for k in path[:-1]: at = at[k]
        r = rnd.random()
        if r < .7: at[path[-1]] = copy.deepcopy(rnd.choice(NASTY))
        elif r < .8: del at[path[-1]]
        elif isinstance(at, dict): at[rnd.choice(["x","id","name","","a/b~c"])] = copy.deepcopy(rnd.choice(NASTY))
        else: at.append(copy.deepcopy(rnd.choice(NASTY)))
    return doc

@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(4))
def test_fuzz(both, seed):
    rnd = random.Random(seed)
    owners = [w.user("owner") for w in both]
    cos = [a_coalition(o) for o in owners]
    eds = [a_role(o, c, w.user(), "editor") for o, c, w in zip(owners, cos, both)]
    docs = [reading.read(p.read_bytes()) for p in ALL]
    for d in docs: d.pop("signatories", None)
    docs = [d for d in docs if not d.get("redacted")]
    letter = next(each["source"] for each in owners[0].get("/v1/built-in-templates")["items"])
    tem = [made(o, f"/v1/coalitions/{c}/built-in-template-uses", {"built_in": "summit-letter"}) for o, c in zip(owners, cos)]
    sts = {}
    bad = []
    def compare(what, given, answers):
        s = [a.status for a in answers]
        if len(set(s)) > 1 or max(s) >= 500 or any(b"kept" == b"" for _ in s):
            bad.append((what, s, str(given)[:300], answers[0].body[:300], answers[1].body[:300]))
        if any(b"no fitting kind" in a.body for a in answers): bad.append((what, "misfit", str(given)[:200]))
    for i, d in enumerate(docs):
        sts[i] = [o.post(f"/v1/coalitions/{c}/statements", {"document": {**d, "slug": f"base-{i}"}})["statement"]["id"] for o, c in zip(owners, cos)]
    for n in range(120):
        i = rnd.randrange(len(docs))
        doc = mutate({**docs[i], "slug": f"s-{seed}-{n}"}, rnd)
        compare("begin", doc, [o.post(f"/v1/coalitions/{c}/statements", {"document": doc}) for o, c in zip(owners, cos)])
        draft = mutate(eds[0].get(f"/v1/statements/{sts[i][0]}/draft")["document"], rnd)
        compare("put", draft, [o.put(f"/v1/statements/{s}/draft", {"document": draft}) for o, s in zip(eds, sts[i])])
        data = json.dumps(mutate({**docs[i], "slug": f"i-{seed}-{n}"}, rnd)).encode()
        compare("import", data, [o.send("POST", f"/v1/coalitions/{c}/imports", data, kind="application/json", query_string={"on_difference": rnd.choice(["keep"])}) for o, c in zip(owners, cos)])
        src = mutate({**letter, "name": f"t-{seed}-{n}"}, rnd)
        compare("template", src, [o.post(f"/v1/coalitions/{c}/templates", {"source": src}) for o, c in zip(owners, cos)])
        if n % 6 == 0:
            facts = mutate({**letter["example"], "countries": ["KZ"]}, rnd)
            compare("facts", facts, [o.post(f"/v1/coalitions/{c}/assemblies", {"template_id": t, "slug": f"f-{seed}-{n}", "facts": facts, "preview": True}) for o, c, t in zip(owners, cos, tem)])
            compare("renew", "", [o.send("POST", f"/v1/statements/{s}/renewals", {"preview": rnd.choice([True, True, False])} , headers={"If-Match": o.get(f"/v1/statements/{s}").etag}) for o, s in zip(eds, sts[i])])
    for b in bad[:12]: print(*b, sep="\n  ")
    assert not bad
