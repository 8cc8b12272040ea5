/**
 * Cuts Markdown into blocks, so that while an answer streams only its last block is parsed again, and closes what the last block
 * has begun but not ended: half a bold word or half a link would jump about otherwise.
 */
export function splitBlocks(text: string): string[] {
  const blocks: string[] = []
  let block: string[] = []
  let fence: string | undefined
  const end = () => {
    if (block.length > 0) blocks.push(block.join('\n'))
    block = []
  }
  for (const line of text.replace(/\r\n?/g, '\n').split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === undefined && line.trim() === '') {
      end()
      continue
    }
    block.push(line)
    if (fence === undefined) fence = mark
    else if (mark && closes(line.trim(), fence)) fence = undefined
  }
  end()
  return blocks
}

const closes = (line: string, fence: string) => line.length >= fence.length && [...line].every((letter) => letter === fence[0])

/** The same block with everything ended that was begun. */
export function closeUnfinished(block: string): string {
  const fence = openFence(block)
  if (fence) return `${block}\n${fence}`
  const bare = block
    // a link or citation whose end has not come yet is held back
    .replace(/!?\[[^\]\n]{0,300}$/, '')
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*$/, '$1')
    .replace(/<[^>\n]{0,200}$/, '')
  return bare + unclosedMarks(bare)
}

function openFence(block: string): string | undefined {
  let fence: string | undefined
  for (const line of block.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === undefined) fence = mark
    else if (mark && closes(line.trim(), fence)) fence = undefined
  }
  return fence
}

/** What has to follow so that code, bold and struck text end; outside code only. */
function unclosedMarks(text: string): string {
  if (count(text, '`') % 2 === 1) return '`'
  const plain = text.replace(/`[^`]*`/g, '')
  const bold = /\*\*$/.test(plain) ? '' : count(plain, '**') % 2 === 1 ? '**' : ''
  return bold + (count(plain, '~~') % 2 === 1 ? '~~' : '')
}

const count = (text: string, mark: string) => text.split(mark).length - 1
