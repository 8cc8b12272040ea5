const head = 600
const itself =
  '(?:this|the present) (?:version|edition|document|policy|guide|guideline|manual|procedure|handbook|text|page|process|plan|rule set)'
const english = [
  /(?:^|\n)[>*_ ]*(?:superseded|obsolete|withdrawn|out of date|no longer (?:in force|valid))\b/i,
  new RegExp(
    `\\b${itself}\\b[^.\\n]{0,60}\\b(?:superseded|obsolete|withdrawn|replaced by|no longer (?:in force|valid|applies|current))`,
    'i',
  ),
  new RegExp(`\\b${itself}\\b[^.\\n]{0,20}\\b(?:ended|expired|ceased to apply)\\b`, 'i'),
]
const chinese = [
  /(?:^|\n)[>*【[（(《 ]*(?:已废止|已失效|已作废|已停用|旧版|历史版本)/,
  /本(?:版|版本|文件|办法|制度|规定|规程|手册|指南|通知|预案)[^。\n]{0,40}(?:废止|失效|作废|停止执行|停止适用|不再(?:适用|有效|执行)|被[^。\n]{0,40}(?:取代|替代|代替))/,
  /已(?:由|被)[^。\n]{1,50}(?:取代|替代|代替)/,
]

/** Whether a document says at its head that another took its place. */
export function saysSuperseded(text: string): boolean {
  const start = text.slice(0, head)
  return [...english, ...chinese].some((pattern) => pattern.test(start))
}
