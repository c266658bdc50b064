"""The words in which mail servers say that nobody is there: data for `refusals`.

They are all that such a sentence may hold. What says something else has no end, and is not listed
here: a word that is missing costs a few more letters, a word too many could silence somebody. So
a word that may join others to another meaning ("in", "for", "by") stands only with what follows it.
All in small letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ITSELF = "itsdomain"  # stands for the domain that a report is about


@dataclass(frozen=True)
class Tongue:
    """The words of one language, as patterns."""

    noun: str  # who is not there
    absent: str  # is not there
    besides: str  # what may stand with it
    is_spaced: bool = True  # has spaces between its words

    def pattern(self, part: str) -> str:
        """Return words as a pattern that matches no piece of another word."""
        return rf"(?<!\w)(?:{part})(?!\w)" if self.is_spaced else rf"(?:{part})"


_WHO = (
    r"(?:users?|mail ?box(?:es)?|inbox|mail ?drop|accounts?|recipients?|recip|rcpt(?! to)"
    r"|address(?:es)?|addressee|person|customer|employee|alias|local[- ]?part)"
)
_KIND = (
    r"(?:valid|such|matching|mail|known|active|current|local|virtual|relay|destination|e-?mail"
    r"|recipient|envelope|delivery|final|user|mailbox)"
)
_OF_WHOM = rf"(?= (?:{_KIND} ){{0,3}}{_WHO}\b)"
_PLACE = (
    r"(?:(?:in|on|at|by|for|with) )?(?:(?:the|this|that|our|any|its) )?"
    r"(?:(?:local|mail|e-?mail|virtual|relay|recipient|mailbox|alias|user|domino|dns) ){0,2}"
    rf"(?:system|servers?|domain|host|site|organi[sz]ation|company|director(?:y|ies)|database"
    rf"|tables?|name & address book|{ITSELF})"
)
_NOT = r"(?: ?not|n't)"
ENGLISH = Tongue(
    noun=rf"{_WHO}(?:'s)?|e-?mail (?:id|name)|(?<=no )one|{ITSELF}",
    absent=r"unknown|(?:is |was |are |be )?not (?:been )?(?:found|known|exists?|existing"
    r"|registered|recogni[sz]ed|hosted|valid|local)(?: here)?|(?:does )?no exists?"
    rf"|not (?:listed|found|present) {_PLACE}|(?<=mailbox )not present"
    rf"|(?:is )?not an?{_OF_WHOM}|not an? valid"
    r"|(?:is )?not in my validrcptto list"
    rf"|(?:could|can|was|is|were){_NOT} (?:be )?(?:found|known|recogni[sz]ed|registered|located|valid)"
    rf"|(?:we )?could{_NOT} find(?: any| an?)?"
    rf"|(?:do|does|did){_NOT} (?:currently |actually |seem to |appear to )?exists?"
    rf"|(?:do|does|did){_NOT} have an?(?: {ITSELF})?{_OF_WHOM}"
    r"|no longer (?:exists?|valid|in use|with us|employed here|works here|(?:receives|accepts)"
    r" (?:any )?(?:e-?)?mail)|non-?exist(?:e|a)nt|non-?existing"
    r"|(?:(?:has|have) been )?(?:permanently )?(?:deleted|removed|terminated|discontinued)"
    r"(?: by (?:(?:its|the) )?(?:owner|user))?|closed by (?:its|the) (?:owner|user)"
    r"|invalid|incorrect|wrong|bad|illegal|no such"
    rf"|(?:there is |has |we have )?no{_OF_WHOM}|not our(?= customer)"
    r"|(?:there is )?no(?= one\b)|has moved(?: and left no new address)?|unroute?able"
    r"|(?:has a )?null mx",
    besides=r"(?:by|with|of|at) (?:that|this) (?:name|address)(?: here)?(?: is)?"
    r"(?: currently available)?|(?:it is |is )?unavailable|undeliverable"
    r"|requested(?: mail)? action (?:not taken|aborted)|(?:the )?message was not accepted|rejected"
    r"|delivery (?:error|failed)(?::? dd)?"
    r"|(?:that )?you (?:tried to reach|entered|wrote to|are writing to|are trying to reach)"
    r"|(?:please )?(?:try )?(?:double-?)?check(?:ing)?(?: (?:the|it|that))?"
    r"(?: (?:recipient's )?(?:e-?mail )?(?:address|spelling|name))?(?: again)?"
    r"(?: for typos(?: or unnecessary spaces)?)?(?: and try again)?"
    r"|(?:please )?contact (?:your|the) administrator|please try another address"
    r"|associated with this name|you do not have authori[sz]ation to see it|has left"
    r"|(?:name server|name service error)(?: for)?|name(?==)|type=a+|dns domain|domain name|domain|host"
    r"|and takes no mail|message=infodomainnonexistent|gsmtp|nsmtp|chkuser"
    r"|in reply to rcpt to(?: command)?|rcpt to|giving up on|available for this user|bye"
    rf"|{_PLACE}|{_KIND}{_OF_WHOM}|here|an?|the|this|that|is|was|or|any|there is|sorry"
    r"|error|called|named|either|please|local|virtual",
)
GERMAN = Tongue(
    noun=r"(?:e-?mail-?)?(?:empfänger|empfaenger)?(?:adresse|postfach|konto)|(?:e-?mail-?)?empfänger"
    r"|empfaenger|benutzer(?:name|konto)?|nutzer|mailbox|teilnehmer|anwender|briefkasten",
    absent=r"unbekannt(?:er?|es)?|nicht (?:mehr )?(?:bekannt|gefunden|vorhanden|vergeben|gültig"
    r"|gueltig|auffindbar)|existiert (?:hier |bei uns |auf diesem server )?nicht(?: mehr)?"
    r"|gibt es (?:hier |bei uns )?nicht|(?:nicht existierende|ungültige|ungueltige)[rs]?|ungültig"
    r"|ungueltig|gelöscht|geloescht|kein(?:e[nr]?)?(?: solche[rs]?| gültige[rs]?)?"
    r"(?= (?:empfänger|benutzer|postfach|konto|nutzer|adresse))|inexistent",
    besides=r"der|die|das|den|dieser?|dieses|ein|eine|ist|wurde|konnte|hier|bei uns|werden|leider"
    r"|(?:auf|in) (?:diesem|unserem) (?:server|system)|angegebener?|fehler|oder|lokaler?"
    r"|bitte (?:prüfen|überprüfen) sie die adresse|unter dieser adresse|mit diesem namen",
)
FRENCH = Tongue(
    noun=r"(?:l'|d'|cet(?:te)? |l )?(?:adresse(?: (?:e-?mail|mail|électronique))?|utilisateur|usager)"
    r"|destinataire|correspondant|bo[iî]te(?: aux lettres| mail| de réception)?|compte|messagerie",
    absent=r"inconnue?|n'existe (?:pas|plus)|introuvable|inexistante?|invalide|non valide"
    r"|n'est (?:pas|plus) valide|n'a pas été trouvée?|(?:pas|non) trouvée?|supprimée?|résiliée?"
    r"|aucune?|pas de tel(?:le)?",
    besides=r"le|la|les|un|une|ce|cette|du|de|d|est|a été|ici|au moins|à cette adresse|à ce nom"
    r"|(?:sur|dans) (?:ce|notre) (?:serveur|système|domaine)|erreur|désolé|ou"
    r"|veuillez vérifier l'adresse|demandée?|indiquée?",
)
RUSSIAN = Tongue(
    noun=r"пользовател[ьяюи]|ящика?|адрес(?:а|ат|ата)?|получател[ьяи]|абонента?|аккаунта?"
    r"|уч[её]тн(?:ая|ой) запис[ьи]|почтов(?:ая|ой) запис[ьи]|користувача?|скриньк[аиу]"
    r"|одержувача?",
    absent=r"не ?существует|не (?:найден[ао]?|обнаружен[ао]?|зарегистрирован[ао]?|опознан)"
    r"|неизвест(?:ен|на|ный|ного|ная)|отсутствует|удал[её]на?|недействител(?:ен|ьный)"
    r"|несуществующ(?:ий|его)|неверный|неправильный|не існує|не знайдено?|невідом(?:ий|а|ого)"
    r"|нет|немає",
    besides=r"так(?:ой|ого|им)|почтов(?:ый|ого)|электронн(?:ый|ой|ого)|почты|указанн(?:ый|ого)"
    r"|этот|с таким (?:адресом|именем)|с (?:этим )?адресом|по (?:этому|такому|указанному) адресу"
    r"|(?:на|в) (?:этом|нашем|данном) (?:сервере|домене|системе)|в (?:системе|домене)|у нас|здесь"
    r"|больше|ошибка|извините|локальный|в базе данных|проверьте адрес",
)
CHINESE = Tongue(
    noun=r"用户名?|帐号|账号|帐户|账户|邮箱|收件人|收信人|(?:邮件|邮箱)?地址|用戶|帳號|帳戶|信箱|郵箱|收件者"
    r"|使用者|郵件地址",
    absent=r"不存在|未找到|找不到|没有找到|沒有找到|无效|無效|未知|不正确|不正確|有误|有誤|已注销|已註銷"
    r"|已删除|已刪除|未开通|未注册|查无此|查無此|查無|无此|没有此|没有这个|沒有此|無此",
    besides=r"您(?:要|所)?(?:发送|输入)?的?|该|此|这个|的|请检查|错误|抱歉|对方|本|系统中?|服务器上?|域名?"
    r"|或|是|電子|电子",
    is_spaced=False,
)
SPANISH = Tongue(
    noun=r"usuario|buz[oó]n|destinatario|cuenta|direcci[oó]n|casilla|persona",
    absent=r"no existe|desconocid[oa]|no (?:ha sido |fue )?encontrad[oa]|no se (?:ha )?encontr(?:ó"
    r"|ado)|no se encuentra|inexistente|inv[aá]lid[oa]|no (?:es )?v[aá]lid[oa]|eliminad[oa]|no hay",
    besides=r"el|la|un|una|este|esta|ese|esa|dicha|ning[uú]n|tal|es|ha sido|de correo"
    r"(?: electr[oó]nico)?|del? destinatario|aqu[ií]|en (?:este|nuestro|el) (?:servidor|sistema"
    r"|dominio)|error|lo siento|o|con ese nombre|local",
)
OTHERS = (
    Tongue(  # Italian
        noun=r"(?:l'|un')?(?:utente|indirizzo|account)|casella|destinatari[oa]",
        absent=r"sconosciut[oa]|inesistente|non esiste|non (?:è stat[oa] )?trovat[oa]"
        r"|non (?:è )?valid[oa]|nessun[ao]?",
        besides=r"il|lo|la|un|una|questo|questa|di posta(?: elettronica)?|del destinatario|qui|è|simile"
        r"|in questo indirizzo"
        r"|(?:su|in) questo (?:server|sistema|dominio)|con questo nome|errore|spiacenti",
    ),
    Tongue(  # Portuguese
        noun=r"usuári[oa]|utilizador|caixa|destinatári[oa]|conta|endereço",
        absent=r"não existe|desconhecid[oa]|não (?:foi )?(?:encontrad[oa]|localizad[oa])"
        r"|inexistente|inválid[oa]|nenhum",
        besides=r"o|a|um|uma|este|esta|de (?:correio|e-?mail)|postal|do destinatário|aqui|é"
        r"|nest[ea] (?:servidor|sistema|domínio)|com este nome|erro|desculpe",
    ),
    Tongue(  # Polish, Czech
        noun=r"użytkownik(?:a|iem)?|skrzynk[aię]|adresat?|odbiorc[ay]|konto|uživatel|schránka"
        r"|příjemce|adresa|účet",
        absent=r"nie istnieje|nieznan[yae]|nie (?:został[ao]? )?znalezion[oay]?|nieprawidłow[yae]"
        r"|neexistuje|neznám[ýá]|nenalezena?|neplatn[ýá]|nie ma takie(?:go|j)|brak takie(?:go|j)",
        besides=r"ten|ta|taki|taka|takie|pocztowa|e-?mail|poštovní|tento|tato|jest|je|tutaj|zde"
        r"|na tym serwerze|na tomto serveru|w tej domenie|błąd|chyba|przepraszamy|lokalny",
    ),
    Tongue(  # Dutch, Swedish, Danish
        noun=r"gebruiker|postbus|mailbox|ontvanger|(?:e-?mail)?adres|mottagaren?|användaren?"
        r"|brevlådan?|(?:e-?post)?adress(?:en)?|modtager(?:en)?|bruger(?:en)?|postkassen?",
        absent=r"onbekend|bestaat (?:hier )?niet(?: meer)?|niet (?:gevonden|bekend)|ongeldige?"
        r"|onbekende|finns inte|okänd|hittades inte|findes ikke|ukendt|ikke fundet",
        besides=r"de|het|een|deze|dit|is|hier|op deze server|den|det|här|her|er|är|på denna server"
        r"|på denne server|fout|fel|fejl|helaas",
    ),
    Tongue(  # Turkish
        noun=r"kullanıcı(?:sı)?|alıcı|posta kutusu|adresi?|hesap|hesabı",
        absent=r"bulunamadı|bilinmiyor|mevcut değil|yok|geçersiz|tanınmıyor|bilinmeyen",
        besides=r"bu|böyle bir|e-?posta|yerel|bu sunucuda|sistemde|hata|üzgünüz",
    ),
    Tongue(  # Persian, Arabic
        noun=r"کاربری?|صندوق(?: پستی)?|گیرنده|نشانی|آدرس|حساب|المستخدم|مستخدم|صندوق البريد|البريد"
        r"|المستلم|العنوان|عنوان|الحساب|المرسل إليه",
        absent=r"وجود ندارد|یافت نشد|پیدا نشد|ناشناس|نامعتبر|غير موجود|غير معروف|لا يوجد|غير صالح"
        r"|لم يتم العثور على|مجهول",
        besides=r"این|چنین|ایمیل|الإلكتروني|هذا|خطا|خطأ|در این سرور|على هذا الخادم",
    ),
    Tongue(  # Japanese, Korean
        noun=r"宛先|ユーザー?|メールボックス|メールアドレス|アドレス|受信者|アカウント|사용자|수신자|받는 ?사람"
        r"|메일 ?주소|주소|계정|메일함",
        absent=r"存在しません|存在しない|見つかりませんでした|見つかりません|不明|無効|ありません|없습니다|없는"
        r"|찾을 수 없습니다|존재하지 않습니다|존재하지 않는|알 수 없는",
        besides=r"[のはがをにで、。]|この|その|です|指定された|サーバー|エラー|[을를이가은는의]|해당|입니다|메일|오류",
        is_spaced=False,
    ),
)
TONGUES = (ENGLISH, GERMAN, FRENCH, RUSSIAN, CHINESE, SPANISH, *OTHERS)
VOCABULARY = re.compile(
    "|".join(
        f"(?P<{part}>{'|'.join(each.pattern(getattr(each, part)) for each in TONGUES)})"
        for part in ("absent", "noun", "besides")
    )
)
# What outweighs a code, or the guess of a server that only reports: the mailbox is there, or nobody
# can tell. Beside a code only, so the list need not be whole.
AGAINST = re.compile(
    # English
    r"\bspam|\bjunk|\bbulk|\bunsolicited|\bunwanted|\bviru|\bmalware|\bphish|\binfected"
    r"|\bcontent|\battachment|\bblock(?:ed|ing|list| list)|\bblack-? ?list|\bdeny|\bdenied"
    r"|\blisted (?:at|on|by)\b|\brbl\b|\bdnsbl|\bspamhaus|\bspamcop|\breputation"
    r"|\bpolic(?:y|ies)|\bprohibit|\bpermission|\bpermitted|\bnot allowed|\ballowed to"
    r"|\bforbid|authori[sz]|\bauthenticat|\brestrict|\brelay|\bspf\b|\bdkim|\bdmarc"
    r"|\breverse dns|\brdns\b|\bptr\b|\btls\b|\bcertificate|\bencrypt|\boverquota|\bquota"
    r"|\bfull\b|\bexceed|\bstorage|\bdisk|\bspace\b"
    r"|\btoo (?:large|big|many|much|long|fast|old)|\bsize\b|\blimit|\brate\b|\bthrottl"
    r"|\bfrequen|\bflood|\bsender|\bmail ?from\b|\bfrom (?:address|header)|\breturn path"
    r"|\bhelo\b|\behlo\b|\byour (?:ip|host|server|domain|client)\b|\bclient host|\bsource ip"
    r"|\bconnecti|\btempor|\blater\b|\btry again|\bdefer|\bgr[ea]y-?list|\bretry|\bretries"
    r"|\bbusy|\boverload|\btimed? ?-?out|\bexpired|\bqueue\b|\brefuse|\bunreachable"
    r"|\bno answer|\bnot respond|\bloop|\bhops?\b|\bmembers?\b|\bsubscri|\bmoderat"
    r"|\b(?:mailing|closed) list|\bdistribution list|\blocal error|\bconfigur|\bsystem error"
    r"|\binternal\b|\bout of memory|\bservice (?:is )?(?:un|not )available|\bbare lf|\b8-?bit"
    r"|\bsmtputf8|\binternational|\bsuppress|\bwhite-? ?list|\bchallenge|\bsecurity"
    r"|\bsuspicious|\bverif|\bdelayed|\bcomplain|\bperiod\b|\badministrativ|\bdisallow"
    r"|\bmaintenance|\bmessage rejected|\bprivacy|\bbanned|\bfilter|\bviolat|\babus"
    r"|\bnot accepting|\bunsafe|\bpaused|\bundergoing|\bdelivered fine"
    r"|\brejected (?:by|your|due|for)\b|\bunavailable due|\bcalendar|\bno resources"
    r"|\bclosed (?:for|during|over|on|till|until|from)\b"
    r"|\bno longer (?:receives|accepts) mail of"
    # German
    r"|\bvoll\b|überfüllt|ueberfuellt|speicher|abgelaufen|zu groß|zu gross|zu ?viele|gesperrt"
    r"|blockiert|sperrliste|richtlinie|absender|vorübergehend|voruebergehend|später|spaeter"
    r"|zeitüberschreitung|verbindung|nicht (?:erlaubt|berechtigt|gestattet)|berechtigung"
    r"|verzögert|überschritten|ueberschritten|kontingent|inhalt|größe"
    # French
    r"|\bplein|saturée?|\bquota|expéditeur|[eé]metteur|politique|liste noire|bloqu|tempor"
    r"|plus tard|\btrop\b|\bespace|\bdélai|expiré|autoris|indésirable|contenu|connexion"
    r"|refus[ée]e? (?:pour|par)|dépass|limite|\btaille"
    # Russian, Ukrainian
    r"|спам|переполн|заполнен|\bполон|\bполн[аы]?\b|квот|отправител\w*|политик|временно|позже"
    r"|позднее|повтор|блокир|черн\w+ спис|превыш|лимит|слишком|не разреш|запрещ|доступ"
    r"|\bправ[ао]?\b|ист[её]к|тайм-?аут|соединени|ожидани|вирус|содержим|очеред|ограничен"
    r"|размер|переповн|відправник|тимчасов|ліміт|пізніше|забагато|места"
    # Chinese
    r"|垃圾|已满|已滿|空间不足|空間不足|容量|超出|配额|配額|超过|超過|发件人|發件人|寄件|发信|發信|频率|頻率|限制|次数|禁止|黑名单|黑名單|策略|屏蔽|暂时"
    r"|暫時|稍后|稍後|超时|逾時|连接|連線|病毒|内容|繁忙|过大"
    # Spanish
    r"|\bllen[oa]|\bcuota|remitente|bloquead|lista negra|temporal|m[aá]s tarde|demasiad|excede"
    r"|excedid|supera|l[ií]mite|pol[ií]tica|no permitid|no autorizad|tiempo|contenido|espacio"
    r"|correo no deseado|conexi[oó]n"
    # Italian
    r"|\bpien[oa]\b|mittente|temporane|\btroppo|supera|bloccat|\bspazio|più tardi"
    # Portuguese
    r"|\bchei[oa]|\bcota\b|remetente|temporári|\bexced|limite|bloquead|tarde|espaço"
    # Polish, Czech
    r"|pełn|przepełni|nadawc|tymczas|zablokow|później|\bzbyt|\bplná|odesílatel|dočasn|blokov"
    r"|příliš|przekrocz|překročen|plna"
    # Dutch, Swedish, Danish
    r"|\bvol\b|afzender|tijdelijk|geblokkeerd|te groot|avsändare|tillfällig|\bfull|blockerad"
    r"|afsender|midlertidig|blokeret|overschreden"
    # Turkish
    r"|\bdolu|\bkota|gönder|geçici|engel|sonra|\bçok\b|sınır"
    # Persian, Arabic
    r"|پر است|پر شده|سهمیه|فرستنده|موقت|مسدود|هرزنامه|بعد(?:ا|اً)\b|ممتلئ|حصة"
    r"|المرسل\b(?! ?إليه)|مؤقت|محظور|لاحق|مزعج|سياسة|حجم"
    # Japanese, Korean
    r"|満杯|容量|超過|超えて|送信者|差出人|一時的|迷惑|ブロック|いっぱい|上限|制限|가득|용량|초과|발신자|보낸 ?사람|일시적|차단|스팸|제한"
    # The mailbox is there, and closed for now
    r"|\bdisabled|\binactiv|\bsuspend|\blocked|\bfrozen|\bon hold|\bdormant|\bnot activ"
    r"|\bde-?activ|\boverdue|\bunpaid|\bvacation|\bhibernat|deaktiv|désactiv|suspendu|отключ"
    r"|неактив|приостанов|заморож|停用|冻结|禁用|锁定|凍結|停止|無効化|desactiv|suspendid|deshabilit"
    r"|disattivat|sospes|desativ|nieaktyw|zawieszon|gedeactiv|devre dışı|вимкнен|призупин"
    r"|غیرفعال|معطل|정지|비활성"
)
