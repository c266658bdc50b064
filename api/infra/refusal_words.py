"""The words of mail servers, in the languages in which they speak: data for `refusals`.

For each language: of what they speak, what says that it is not there, and what says something else.
All in small letters. What says something else outweighs the rest: where a word of that kind stands
by chance, an address is counted, and nobody is silenced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BETWEEN = r"[^.;!。；]{0,60}?"


@dataclass(frozen=True)
class Tongue:
    """The words of one language, as patterns."""

    noun: str  # of whom or what
    absent: str  # after it: is not there
    before: str  # before it: no such
    otherwise: str  # another reason
    shut: str = ""  # after it: is not there, or only for a while; it takes a code to tell

    def is_absent(self) -> str:
        """Return the pattern of somebody who is not there, in both orders."""
        return rf"(?:{self.noun}){_BETWEEN}(?:{self.absent})|(?:{self.before})(?:{self.noun})"

    def is_shut(self) -> str:
        """Return the pattern of a mailbox that is shut, for ever or for the holidays."""
        return rf"(?:{self.noun}){_BETWEEN}(?:{self.shut})"


ENGLISH = Tongue(
    noun=r"\b(?:users?|mail ?box(?:es)?|accounts?|recipients?|recip|rcpt|address(?:es|ee)?|persons?"
    r"|e-?mails?|inbox|alias|local[- ]?part|customer|username|employee|destination|mail ?drop)\b",
    absent=r"\bunknown|\bnot (?:be )?(?:found|known|exists?|present|registered|local\b|here\b"
    r"|recogni[sz]ed|hosted|valid\b|a (?:valid|known|local|current)|an active address|listed in)"
    r"|n'?t (?:be )?(?:found|known|recogni[sz]ed|registered|located|valid)\b"
    r"|\b(?:do|does|did)(?: not|n'?t) ?(?:(?:currently|actually|seem to|appear to) )?"
    r"(?:exists?|have an?)|\bno longer (?:exists?|valid|in use|with|works|employed|here"
    r"|(?:receives|accepts) (?:any )?(?:e-?)?mails?\b(?! (?:from|of|for|by)))|\bno exists?"
    r"|\bnon-?exist|\bdeleted|\bclosed by (?:its|the) (?:owner|user)|\bpermanently closed"
    r"|\bterminated|\binvalid|\bwrong\b|\bincorrect|\bremoved\b|\bdiscontinued|\bretired"
    r"|\bhas no (?:mail ?box|account)|\bhas(?:n'?t| not) an? (?:account|mail ?box)"
    r"|\bno such|\bdoes not belong",
    shut=r"\bclosed\b|\bhas left|\bno longer (?:available|monitored|receives|accepts)",
    before=r"\b(?:no such|unknown|non-?exist(?:e|a)nt|non-?existing|not existing|invalid|bad|wrong"
    r"|illegal|not a (?:valid|known|local)|there is no(?: such)?|no"
    r"(?: (?:valid|such|matching|mail|known|active|local))?)"
    r" (?:or (?:illegal|unknown|invalid) )?(?:(?:local|virtual|destination|e-?mail|mail|final"
    r"|recipient|envelope|user|delivery)[ -])?",
    otherwise=r"\bspam|\bjunk|\bbulk|\bunsolicited|\bunwanted|\bviru|\bmalware|\bphish|\binfected"
    r"|\bcontent|\battachment|\bblock(?:ed|ing|list| list)|\bblack-? ?list|\bdeny|\bdenied"
    r"|\blisted (?:at|on|by)\b|\brbl\b|\bdnsbl|\bspamhaus|\bspamcop|\breputation|\bpolic(?:y|ies)"
    r"|\bprohibit|\bpermission|\bpermitted|\bnot allowed|\ballowed to|\bforbid|authori[sz]"
    r"|\bauthenticat|\brestrict|\brelay|\bspf\b|\bdkim|\bdmarc|\breverse dns|\brdns\b|\bptr\b"
    r"|\btls\b|\bcertificate|\bencrypt|\boverquota|\bquota|\bfull\b|\bexceed|\bstorage|\bdisk"
    r"|\bspace\b|\btoo (?:large|big|many|much|long|fast|old)|\bsize\b|\blimit|\brate\b|\bthrottl"
    r"|\bfrequen|\bflood|\bsender|\bmail ?from\b|\bfrom (?:address|header)|\breturn path"
    r"|\bhelo\b|\behlo\b|\byour (?:ip|host|server|domain|client)\b|\bclient host|\bsource ip"
    r"|\bconnecti|\btempor|\blater\b|\btry again|\bdefer|\bgr[ea]y-?list|\bretry|\bretries|\bbusy"
    r"|\boverload|\btimed? ?-?out|\bexpired|\bqueue\b|\brefuse|\bunreachable|\bno answer"
    r"|\bnot respond|\bloop|\bhops?\b|\bmembers?\b|\bsubscri|\bmoderat|\b(?:mailing|closed) list"
    r"|\bdistribution list|\blocal error|\bconfigur|\bsystem error|\binternal\b|\bout of memory"
    r"|\bservice (?:is )?(?:un|not )available|\bbare lf|\b8-?bit|\bsmtputf8|\binternational"
    r"|\bsuppress|\bwhite-? ?list|\bchallenge|\bsecurity|\bsuspicious|\bverif|\bdelayed"
    r"|\bcomplain|\bperiod\b|\badministrativ|\bdisallow|\bmaintenance|\bmessage rejected|\bprivacy"
    r"|\bbanned|\bfilter|\bviolat|\babus|\bnot accepting|\bunsafe|\bpaused|\bundergoing|\bdelivered"
    r" fine|\brejected (?:by|your|due|for)\b|\bunavailable due|\bcalendar|\bno resources"
    # a field of the letter, or who wrote it
    r"|\bheaders?\b|\bfields?\b|\bfrom:|\b(?:in|of) (?:the |your )?from\b|\breply-to\b"
    r"|\breply (?:to )?(?:address|line)|\berrors?-to\b|\bb?cc\b|\bmessage-id|\bauthor\b"
    r"|\boriginator|\b(?:from|to|subject) line\b|\byour (?:e-?mail )?(?:address|mail ?box|account)\b|\byour e-?mail is\b|\byou are (?:not|un)"
    r"|\bunknown to\b|\bsyntax|\bmalformed|\bformat"
    # a program, or somebody who is to log in
    r"|\b(?:user|mail) ?-?agent|\bunknown mailer|\bx-mailer|\bcredential|\bpassword|\bpassphrase"
    r"|\blog(?:ged|ging)?[ -]?(?:in|on)\b|\bsign(?:ed)?[ -](?:in|on)\b|\btoken|\b(?:api|account) key"
    r"|\bsasl\b|\bpin\b|\bsession\b|\bfor submission|\bsoftware\b|\buser program"
    # whom somebody lets write
    r"|\blist of\b|(?<!your )\bcontacts\b|\bcontact list|\b(?:known|trusted|listed) contact\b"
    r"|\bcorrespondent|(?<!your )\baddress ?book|\bfriend|\b(?:safe|allow|guest)[- ]?list"
    r"|\bapproved\b|\bacquainted|\boutside\b|\bexternal|\bonly\b|\bwe (?:do not|don't) know\b"
    r"|\bask the recipient|\bintroduce"
    # what somebody does not want, and when
    r"|\bnews ?letter|\bmarketing|\badverti[sz]|\bpromotion|\bannouncement|\bcampaign|\bcommercial"
    r"|\binterest|\bletters? from lists?|\bholiday|\bweekend|\bchristmas|\buntil\b"
    r"|\bclosed (?:for|during|over|on|till|from)\b",
)
GERMAN = Tongue(
    noun=r"empfänger|empfaenger|benutzer|nutzer|postfach|mailbox|adresse|konto|teilnehmer|anwender"
    r"|briefkasten",
    absent=r"unbekannt|nicht bekannt|existiert (?:hier |bei uns )?nicht|nicht gefunden"
    r"|nicht vorhanden|nicht (?:mehr )?existier|gibt es (?:hier |bei uns )?nicht|ungültig|ungueltig"
    r"|nicht (?:mehr )?(?:vergeben|gültig|gueltig)|gelöscht|geloescht|nicht ermittelt"
    r"|nicht (?:mehr )?auffindbar|inexistent",
    before=r"\b(?:unbekannte[rsn]?|ungültige[rsn]?|nicht existierende[rsn]?|kein(?:en?)?"
    r"(?: solche[rsn]?| gültige[rsn]?)?) ",
    otherwise=r"\bvoll\b|überfüllt|ueberfuellt|speicher|abgelaufen|zu groß|zu gross|zu ?viele"
    r"|gesperrt|blockiert|sperrliste|richtlinie|absender|vorübergehend|voruebergehend|später"
    r"|spaeter|zeitüberschreitung|verbindung|nicht (?:erlaubt|berechtigt|gestattet)|berechtigung"
    r"|verzögert|überschritten|ueberschritten|kontingent|inhalt|größe|kopfzeile|anmeld|angemeldet"
    r"|kennwort|passwort|zugangsdaten|kontakte|kontaktliste|adressbuch|werbung|urlaub|ferien"
    r"|feiertag|\bbis zum\b|syntax|ihre adresse|antwort(?:feld|adresse)|\bzugang\b|\bnur\b",
    shut=r"geschlossen",
)
FRENCH = Tongue(
    noun=r"destinataire|utilisateur|bo[iî]te|adresse|compte|usager|messagerie|correspondant",
    absent=r"inconnue?|n'existe (?:pas|plus)|introuvable|inexistante?|invalide|non valide"
    r"|n'est (?:pas|plus) valide|(?:pas|non) trouvée?|supprimée?|résiliée?",
    before=r"\b(?:aucune?|pas d[e'] ?(?:tel(?:le)?)?) ?",
    otherwise=r"\bplein|saturée?|\bquota|expéditeur|[eé]metteur|politique|liste noire|bloqu"
    r"|tempor|plus tard|\btrop\b|\bespace|\bdélai|expiré|autoris|indésirable|contenu|connexion"
    r"|refus[ée]e? (?:pour|par)|dépass|limite|\btaille|en-?tête|mot de passe|identifi|\bconnect"
    r"|carnet d'adresses|vacances|congés|fêtes|jusqu'|syntaxe|publicit|lettres? d'information"
    r"|votre adresse|adresse de réponse|\bseulement|\buniquement",
    shut=r"fermée?|clôturée?",
)
RUSSIAN = Tongue(
    noun=r"пользовател\w*|ящик\w*|адрес\w*|получател\w*|абонент\w*|аккаунт\w*"
    r"|уч[её]тн\w+ запис\w+|почтов\w+ запис\w+|клиент\w*|користувач\w*|скриньк\w*|одержувач\w*",
    absent=r"не ?существует|не найден\w*|неизвест\w+|не обнаружен\w*|отсутствует"
    r"|не зарегистрирован\w*|удал[её]н\w*|недействител\w*|неверн\w+|неправильн\w+|не опознан\w*"
    r"|не існує|не знайден\w*|невідом\w+|(?:у нас|здесь|больше) нет ?(?:$|[.;!])",
    before=r"(?:нет|неизвестн\w+|несуществующ\w+|неверн\w+|недействительн\w+|не существует"
    r"|не найден\w*|не удалось найти|немає|невідом\w+) (?:так\w+ )?(?:почтов\w+ |электронн\w+ )?",
    otherwise=r"спам|переполн|заполнен|\bполон|\bполн[аы]?\b|квот|отправител\w*|политик|временно"
    r"|позже|позднее|повтор|блокир|черн\w+ спис|превыш|лимит|слишком|не разреш|запрещ|доступ"
    r"|\bправ[ао]?\b|ист[её]к|тайм-?аут|соединени|ожидани|вирус|содержим|очеред|ограничен|размер"
    r"|переповн|відправник|тимчасов|ліміт|пізніше|забагато|места|заголов|парол|войдите|вход"
    r"|контактах|списк\w+ контакт|адресной книг|рассыл|реклам|отпуск|праздник|каникул|\bдо \d"
    r"|синтакс|формат|для ответа|представьтесь|\bтолько\b|ваш\w* (?:почтов\w+ |электронн\w+ )?адрес|розсил|свят\b",
    shut=r"закрыт\w*|закрит\w*",
)
CHINESE = Tongue(
    noun=r"用户|帐号|账号|帐户|账户|邮箱|收件人|收信人|地址|用戶|帳號|帳戶|信箱|郵箱|收件者|使用者|郵件地址",
    absent=r"不存在|未找到|找不到|没有找到|沒有找到|无效|無效|未知|不正确|不正確|有误|有誤|已注销|已註銷"
    r"|已删除|已刪除|未开通|未注册|查無",
    before=r"(?:无此|没有此|没有这个|沒有此|無此|找不到|不存在的?|无效的?|無效的?|未知的?|查无此|查無此)"
    r"\s?(?:该|此)?",
    otherwise=r"垃圾|已满|已滿|空间不足|空間不足|容量|超出|配额|配額|超过|超過|发件人|發件人|寄件|发信|發信|频率"
    r"|頻率|限制|次数|禁止|黑名单|黑名單|策略|屏蔽|暂时|暫時|稍后|稍後|超时|逾時|连接|連線|病毒|内容|繁忙|过大"
    r"|密码|密碼|登录|登錄|登入|联系人|聯絡人|通讯录|通訊錄|邮件头|郵件頭|标头|標頭|信头|语法|格式|广告|廣告|假期|假日"
    r"|您的地址|认证|認證|驗證|回复地址|回覆地址",
)
SPANISH = Tongue(
    noun=r"usuario|buz[oó]n|destinatario|cuenta|direcci[oó]n|casilla|persona",
    absent=r"no existe|desconocid[oa]|no (?:ha sido |fue )?encontrad[oa]|no se (?:ha )?encontr"
    r"|no se encuentra|inexistente|inv[aá]lid[oa]|no (?:es )?v[aá]lid[oa]|eliminad"
    r"|no pertenece",
    before=r"\b(?:no existe|no se encuentra|no hay)(?: e[ls]e?| la| este| esa?| dicha| ning[uú]na?"
    r"| tal)? ",
    otherwise=r"\bllen[oa]|\bcuota|remitente|bloquead|lista negra|temporal|m[aá]s tarde|demasiad"
    r"|excede|excedid|supera|l[ií]mite|pol[ií]tica|no permitid|no autorizad|tiempo|contenido"
    r"|espacio|correo no deseado|conexi[oó]n|cabecera|encabezad|contraseña|credencial|contactos"
    r"|inici\w+ sesi[oó]n|vacacion|feriado|hasta el|sintaxis|publicidad|bolet[ií]n|su direcci[oó]n",
    shut=r"cerrad",
)
OTHERS = (
    Tongue(  # Italian
        noun=r"\butente|\bcasella|\bdestinatari[oa]|\bindirizzo|\baccount",
        absent=r"sconosciut|inesistent|non esist|non (?:è stato )?trovat|non (?:è )?valid",
        before=r"\b(?:nessun[ao]?) ",
        otherwise=r"\bpien[oa]\b|mittente|temporane|\btroppo|supera|bloccat|\bspazio|più tardi"
        r"|intestazion|contatti|vacanz|ferie|sintassi|pubblicit|accedi|accesso",
    ),
    Tongue(  # Portuguese
        noun=r"usuári[oa]|utilizador|caixa|destinatári[oa]|\bconta\b|endereço",
        absent=r"não exist|desconhecid|não (?:foi )?(?:encontrad|localizad)|inexistente|inválid",
        before=r"\b(?:não existe|nenhum) (?:o |a |este |esta )?",
        otherwise=r"\bchei[oa]|\bcota\b|remetente|temporári|\bexced|limite|bloquead|tarde|espaço"
        r"|cabeçalho|senha|contatos|contactos|férias|sintaxe|publicidade|boletim",
    ),
    Tongue(  # Polish, Czech
        noun=r"użytkownik\w*|skrzynk\w+|adres\w*|odbiorc\w+|kont\w\b|uživatel\w*|schránk\w*|příjemc\w*",
        absent=r"nie istnieje|nieznan\w+|nie (?:został\w* )?znaleziono?|nieprawidłow\w+|neexistuje"
        r"|neznám\w+|nenalezen\w*|neplatn\w+",
        before=r"\b(?:brak|nie ma|nieznan\w+|neznám\w+|neexistující) (?:taki\w+ )?",
        otherwise=r"pełn|przepełni|nadawc|tymczas|zablokow|później|\bzbyt|\bplná|odesílatel|dočasn"
        r"|blokov|příliš|przekrocz|překročen|plna|nagłów|hasł|zaloguj|kontaktach|kontaktów|urlop"
        r"|święt|składni|reklam|hlavič|hesl|přihlas|dovolen|syntax",
    ),
    Tongue(  # Dutch, Swedish, Danish
        noun=r"gebruiker|postbus|ontvanger|\badres|mottagare|användare|brevlåda|\badress|modtager"
        r"|bruger|postkasse",
        absent=r"onbekend|bestaat (?:hier )?niet|niet (?:gevonden|bestaand)|ongeldig|finns inte"
        r"|okänd|hittades inte|findes ikke|ukendt|ikke fundet",
        before=r"\b(?:onbekende|geen|okänd|ukendt) ",
        otherwise=r"\bvol\b|afzender|tijdelijk|geblokkeerd|te groot|avsändare|tillfällig|\bfull"
        r"|blockerad|afsender|midlertidig|blokeret|overschreden|wachtwoord|lösenord|adgangskode"
        r"|aanmeld|inlogg|contacten|contactlijst|kontakter|vakantie|semester|ferie|nieuwsbrief"
        r"|nyhetsbrev|nyhedsbrev|rubrik|huvud|reclame|reklam",
    ),
    Tongue(  # Turkish
        noun=r"kullanıcı|alıcı|posta kutusu|adres|hesap|hesab",
        absent=r"bulunamadı|bilinmiyor|mevcut değil|\byok\b|geçersiz|tanınm",
        before=r"\b(?:bilinmeyen|geçersiz|böyle bir) ",
        otherwise=r"\bdolu|\bkota|gönder|geçici|engel|sonra|\bçok\b|sınır"
        r"|başlı[kğ]|şifre|parola|oturum|giriş|kişiler|rehber|tatil|bülten|reklam|sözdizim",
    ),
    Tongue(  # Persian, Arabic
        noun=r"کاربر|صندوق|گیرنده|نشانی|آدرس|حساب|المستخدم|البريد|المستلم|العنوان|عنوان|الحساب"
        r"|المرسل إليه",
        absent=r"وجود ندارد|یافت نشد|پیدا نشد|ناشناس|نامعتبر|غير موجود|غير معروف|لا يوجد|غير صالح"
        r"|لم يتم العثور|مجهول",
        before=r"(?:لا يوجد|لم يتم العثور على|چنین) ",
        otherwise=r"پر است|پر شده|سهمیه|فرستنده|موقت|مسدود|هرزنامه|بعد(?:ا|اً)\b|ممتلئ|حصة"
        r"|المرسل\b(?! ?إليه)|مؤقت|محظور|لاحق|مزعج|سياسة|حجم"
        r"|رمز عبور|گذرواژه|وارد شوید|مخاطبین|مخاطبان|سربرگ|تبلیغ|خبرنامه|تعطیل|كلمة المرور"
        r"|تسجيل الدخول|جهات الاتصال|ترويسة|إعلان|نشرة|عطلة",
    ),
    Tongue(  # Japanese, Korean
        noun=r"宛先|ユーザー?|メールボックス|メールアドレス|アドレス|受信者|アカウント|사용자|수신자|받는 ?사람"
        r"|메일 ?주소|주소|계정|메일함",
        absent=r"存在しま?せ?ん?|存在しない|見つかりません|見つから|不明|無効|ありません|없습니다|없는|찾을 수 없"
        r"|존재하지 않",
        before=r"(?:不明な|存在しない|無効な|없는|존재하지 않는|알 수 없는) ?",
        otherwise=r"満杯|容量|超過|超えて|送信者|差出人|一時的|迷惑|ブロック|いっぱい|上限|制限|가득|용량|초과|발신자"
        r"|보낸 ?사람|일시적|차단|스팸|제한|パスワード|ログイン|ヘッダ|連絡先|アドレス帳|広告|休暇|構文|形式"
        r"|비밀번호|로그인|헤더|연락처|주소록|광고|휴가|형식",
    ),
)
TONGUES = (ENGLISH, GERMAN, FRENCH, RUSSIAN, CHINESE, SPANISH, *OTHERS)
NOBODY = r"\bno ?(?:one|body) (?:is )?(?:here|at|by|with)\b|\bnot our customer"
ABSENT = re.compile("|".join([NOBODY, *(each.is_absent() for each in TONGUES)]))
SHUT = re.compile("|".join(each.is_shut() for each in TONGUES if each.shut))
OTHERWISE = re.compile("|".join(each.otherwise for each in TONGUES))
# The whole domain, or the way to an address: a name that is not in the DNS.
DOMAIN_ABSENT = re.compile(
    r"\b(?:domain|host(?: ?name)?)(?: or domain)?(?: name)?\b[^.;]{0,40}?(?:\bnot (?:be )?found"
    r"|\bunknown|n'?t exist|\bnot exist|\bnon-?exist|\binvalid|n'?t be (?:found|resolved))"
    r"|\b(?:no such|unknown|non-?existent|unknown or invalid) (?:domain|host)"
    r"|\bunrout(?:e)?able (?:mail )?(?:address|domain)|\bnxdomain|domainnonexistent|\bnull ?mx"
    r"|couldn't find any host|\bdomain domain\b|домен\w* не (?:существует|найден)|域名不存在"
    r"|domain (?:existiert nicht|unbekannt|nicht gefunden)|domaine (?:inconnu|inexistant)"
)
# The mailbox is there and closed for now, or nobody can tell.
DISABLED = re.compile(
    r"\bdisabled|\binactiv|\bsuspend|\blocked|\bfrozen|\bon hold|\bdormant|\bnot activ"
    r"|\bde-?activ|\boverdue|\bunpaid|\bvacation|\bhibernat|deaktiv|désactiv|suspendu|отключ"
    r"|неактив|приостанов|заморож|停用|冻结|禁用|锁定|凍結|停止|無効化|desactiv|suspendid|deshabilit"
    r"|disattivat|sospes|desativ|nieaktyw|zawieszon|gedeactiv|devre dışı|вимкнен|призупин"
    r"|غیرفعال|معطل|정지|비활성"
)
# What stands beside "nobody is there" and says nothing of its own.
BESIDES = re.compile(
    r"or you do not have authori[sz]ation to see it|unnecessary spaces|unable to receive mail"
    r"|\bin reply to (?:rcpt to|end of data|data)(?: command)?"
    r"|smtp error from remote mail server after (?:pipelined )?(?:rcpt to|end of data|data):?"
    r"|from remote mail server|diagnostic[- ]code:?|delivery to the following recipients? failed"
)
