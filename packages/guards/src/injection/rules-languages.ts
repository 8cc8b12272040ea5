import type { GateName } from '../gates.ts'
import type { Rule } from './rule.ts'

// A verb that overrides and what it overrides, in either order where the language puts the verb last. Accents are undone in the text.

const rule = (id: string, gate: GateName, pattern: string): Rule => ({
  id,
  weight: 3,
  gate,
  before: 70,
  after: 110,
  pattern: new RegExp(pattern, 'gi'),
})
const gap = '[^.!?\\n。]{0,45}?'

const european: readonly [verb: string, former: string, orders: string][] = [
  // German
  [
    '(?<!nicht )(?:ignorier\\w{0,4}|vergiss|vergessen sie|missacht\\w{0,4}|(?:hor\\w{0,2}|achte) nicht auf)',
    '(?:bisherig|vorherig|vorangehend|vorangegangen|vorig|obig|zuvor|fruher|deine|ihre|alle|samtliche|ursprunglich|alles)',
    '(?:anweisung|instruktion|befehl|regeln|auftrag|vorgabe|aufgaben|gesagte|kontext|prompt|richtlinien|text|angaben|informationen|davor|vorher)',
  ],
  // French
  [
    '(?:ignor(?:e|ez|er)|oubli(?:e|ez|er)|ne (?:tiens|tenez) (?:pas|aucun) compte d\\w{0,2}|ne (?:suis|suivez) (?:pas|plus))',
    '(?:precedent|anterieur|toutes|tes |vos |ci-dessus|initial|tout)',
    '(?:instructions|consignes|ordres|directives|regles|commandes|ce qui precede)',
  ],
  // Spanish
  [
    '(?<!no )(?:ignora\\w{0,2}|ignore|olvid[ae]\\w{0,3}|haz caso omiso|no hagas caso|omit[ae]|descarta)',
    '(?:anterior|previ[ao]s|tod[ao]s|tus |sus |de arriba|inicial|todo lo)',
    '(?:instrucciones|indicaciones|ordenes|reglas|directrices|comandos|tareas|dicho|lo que sabes)',
  ],
  // Portuguese
  [
    '(?<!nao )(?:ignor[ea]|esquec[ae]|desconsidere|desrespeite)',
    '(?:anterior|previas|todas|suas|tuas|acima|inicia)',
    '(?:instrucoes|ordens|regras|diretrizes|comandos|orientacoes)',
  ],
  // Italian
  [
    '(?<!non )(?:ignora(?:re|te)?|dimentica(?:re|te)?|non seguire|trascura)',
    '(?:precedenti|tutte|tue |sue |sopra|inizial)',
    '(?:istruzioni|ordini|regole|direttive|comandi|indicazioni)',
  ],
  // Dutch
  [
    '(?<!niet )(?:negeer|vergeet)',
    '(?:vorige|eerdere|voorgaande|alle|je |jouw|bovenstaande|oorspronkelijke)',
    '(?:instructies|aanwijzingen|opdrachten|regels|richtlijnen)',
  ],
  // Polish
  [
    '(?<!nie )(?:zignoruj|ignoruj|zapomnij o?|pomin|nie zwracaj uwagi na)',
    '(?:poprzedni|wczesniejsz|wszystkie|wszystkich|powyzsz|swoje|twoje)',
    '(?:instrukcj|polecen|zasad|wytyczn|rozkaz)',
  ],
  // Swedish, Danish, Norwegian
  [
    '(?<!inte |ikke )(?:ignorera|ignorer|glom|glem|bortse fran|se bort fra)',
    '(?:tidigare|tidligere|foregaende|alla|alle|dina|dine|ovanstaende|ovenstaende)',
    '(?:instruktion|anvisning|regler|kommandon|instruks|ordrer)',
  ],
  // Czech, Slovak
  [
    '(?:ignoruj\\w{0,3}|zapomen|zabudn\\w{0,2})',
    '(?:predchoz|predosl|vsechny|vsetky|sve|svoje|puvodni|vyse)',
    '(?:pokyn|instrukc|pravid|prikaz)',
  ],
  // Romanian, Hungarian
  [
    '(?:ignora|uita|felejts\\w{0,4}|hagyd figyelmen kivul)',
    '(?:anterioare|precedente|toate|korabbi|elozo|minden|osszes)',
    '(?:instructiuni|instructiunile|regulile|utasitas|szabaly)',
  ],
  // Indonesian, Malay, Vietnamese
  [
    '(?:abaikan|lupakan|bo qua|quen)',
    '(?:sebelumnya|semua|di atas|truoc|tren|tat ca|moi)',
    '(?:instruksi|perintah|arahan|aturan|huong dan|chi dan|lenh|chi thi)',
  ],
  // Russian, Ukrainian
  [
    '(?<!не )(?:про)?(?:игнорируи\\w{0,2}|игнорировать|забудь\\w{0,2}|ігноруи\\w{0,2}|не обращаи\\w{0,2} внимания на|отбрось)',
    '(?:предыдущ|прежн|все|твои|свои|выше|попередн|усі|первоначальн|системн)',
    '(?:инструкци|указани|команд|правил|распоряжени|вказівк|інструкці|промпт)',
  ],
  // Greek
  ['(?:αγνοησ\\w{0,3}|ξεχασ\\w{0,3})', '(?:προηγουμεν|ολες|παραπανω|τις )', '(?:οδηγιες|εντολες|κανονες)'],
]
const either = ([verb, former, orders]: readonly [string, string, string]) => `${verb}(?=${gap}${former})${gap}${orders}`

/** The verb comes last, or the words are not separated by blanks. */
const others = [
  '(?:以前|前|これまで|上記|今まで|すべて|全て)の?[^。\\n]{0,12}(?:指示|命令|ルール|プロンプト|制約|指令)[^。\\n]{0,8}(?:無視|忘れ|従わない)',
  '(?:이전|위|앞|모든|지금까지)[^.\\n]{0,15}(?:지시|명령|규칙|지침|프롬프트)[^.\\n]{0,12}(?:무시|잊어|따르지 마)',
  '(?:onceki|yukaridaki|tum|butun)[^.\\n]{0,25}(?:talimat|komut|kural|yonerge)[^.\\n]{0,20}(?:yok say|unut|gormezden|dikkate alma)',
  '(?:تجاهل|انس)[^.\\n]{0,20}(?:التعليمات|الاوامر|الأوامر|القواعد|تعليمات|الارشادات)',
  '(?:पिछले|सभी|ऊपर|पहले)[^।\\n]{0,25}(?:निर्देश|आदेश|नियम)[^।\\n]{0,20}(?:अनदेखा|भूल|नज़रअंदाज़)',
  '(?:ละเว้น|เพิกเฉย|ไม่ต้องสนใจ)[^\\n]{0,20}(?:คำสั่ง|คำแนะนำ|กฎ)',
  '(?:התעלם|שכח)[^.\\n]{0,20}(?:הוראות|ההוראות|הנחיות|כללים)',
]

export const languages: readonly Rule[] = [
  ...european.map((words) => rule('override', 'otherOverride', either(words))),
  ...others.map((pattern) => rule('override', 'otherOverride', pattern)),
  rule(
    'leak',
    'otherLeak',
    '(?:zeig|gib|nenne|verrate|drucke|wie lautet|was ist|muestra|revela|dime|cual es|affiche|montre|revele|donne|quel est|mostre|diga|qual e|mostra|rivela|покажи|выведи|раскрои|какои|教えて|表示|出力|見せて|알려|보여|출력)[^.?!\\n]{0,40}(?:system-?\\s?prompt|prompt (?:del|do|di) sistema|prompt systeme|invite systeme|системн\\w{1,4} (?:промпт|инструкци)|instrucciones iniciales|instructions initiales|anfangsanweisung|prompt-text)|(?:システムプロンプト|시스템 프롬프트)[^。.\\n]{0,15}(?:教えて|表示|出力|見せて|알려|보여|출력)',
  ),
]
