import time
from tests.builders import a_coalition, an_organisation
def test_x(owner, world):
    t=time.perf_counter(); 
    for _ in range(20): world.user("x")
    print(world.engine,"user", (time.perf_counter()-t)/20)
    t=time.perf_counter(); 
    for _ in range(20): c=a_coalition(owner)
    print("coal", (time.perf_counter()-t)/20)
    t=time.perf_counter(); 
    for _ in range(20): an_organisation(owner,c)
    print("org", (time.perf_counter()-t)/20)
    t=time.perf_counter(); 
    for _ in range(20): owner.get("/v1/coalitions")
    print("get", (time.perf_counter()-t)/20)
    from api.infra.database import db, Base
    from sqlalchemy import delete
    t=time.perf_counter()
    with world.app.app_context(), db.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables): connection.execute(delete(table))
    print("clean", (time.perf_counter()-t))
    t=time.perf_counter()
    with world.app.app_context(), db.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables): connection.execute(delete(table))
    print("clean", (time.perf_counter()-t))
