/**
 * Why a file could not become a searchable document: the codes of a document's error. The words say why and what to do; where a file is named or
 * counted, the English message of the error itself says more.
 */
export const documentProblems = {
  encrypted: {
    en: 'the file is protected by a password; save it without one and upload that',
    zh: '文件受密码保护；请去除密码另存后重新上传',
  },
  corrupt: {
    en: 'the file is damaged and cannot be read; open it, save it again and upload that',
    zh: '文件已损坏，无法读取；请打开后重新保存，再上传',
  },
  empty: {
    en: 'the file is empty or holds no text; upload one that has content',
    zh: '文件为空或不含文字；请上传有内容的文件',
  },
  scanned: {
    en: 'the file holds pictures of pages and no text; it needs text recognition (OCR) before it is uploaded',
    zh: '文件只有页面图像，没有文字；请先进行文字识别（OCR）再上传',
  },
  garbled: {
    en: 'the fonts of the file do not tell which letters they show, so its text cannot be read; export it again with text, or run text recognition (OCR) on it',
    zh: '文件字体未说明所显示的文字，无法读取；请重新导出为带文字的文件，或先进行文字识别（OCR）',
  },
  hostile: {
    en: 'the file is refused because of how it is packed; if you trust it, open it, save it again and upload that',
    zh: '文件的打包方式可能有害，已拒绝；如果您信任它，请打开后重新保存，再上传',
  },
  mistyped: {
    en: 'the content of the file is not what its name says; upload it under its own name',
    zh: '文件内容与其名称所示的类型不符；请以正确的文件名上传',
  },
  unsupported: {
    en: 'files of this kind cannot be read yet; save it as PDF, Word (.docx), Excel (.xlsx), CSV, Markdown, plain text or HTML',
    zh: '暂不支持读取此类文件；请另存为 PDF、Word（.docx）、Excel（.xlsx）、CSV、Markdown、纯文本或 HTML',
  },
  large: { en: 'the file is too large; split it', zh: '文件过大；请拆分后上传' },
  pages: { en: 'the file has too many pages; split it', zh: '文件页数过多；请拆分后上传' },
  long: { en: 'the file holds too much text; split it', zh: '文件文字过多；请拆分后上传' },
  slow: { en: 'the file could not be read: it takes too long; split it', zh: '文件读取时间过长，已停止；请拆分后上传' },
  memory: { en: 'the file could not be read: it needs too much memory; split it', zh: '读取文件所需内存过多，已停止；请拆分后上传' },
} as const

export type DocumentProblem = keyof typeof documentProblems

export const isDocumentProblem = (code: unknown): code is DocumentProblem =>
  typeof code === 'string' && Object.hasOwn(documentProblems, code)
