/** A file on its way, and where it lies in what was chosen: the same place again is a new version. */
export interface Chosen {
  readonly file: File
  readonly path: string
}

const kinds = ['.pdf', '.docx', '.xlsx', '.csv', '.tsv', '.md', '.markdown', '.txt', '.html', '.htm']
export const accepted = kinds.join(',')
const mostFiles = 2000

/** Of a list of files, as the browser tells their places; with their folder when a folder was chosen. */
export const chosenOf = (files: Iterable<File>): Chosen[] =>
  [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }))

/** What was dropped: files, and what lies in folders. Must be asked at once, before the event is over. */
export async function droppedIn({ items, files }: DataTransfer): Promise<Chosen[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  if (entries.length === 0) return chosenOf(files)
  const found: Chosen[] = []
  for (const entry of entries) await collect(entry, found)
  return found
}

async function collect(entry: FileSystemEntry, found: Chosen[]): Promise<void> {
  if (found.length >= mostFiles) return
  if (isFolder(entry)) {
    const reader = entry.createReader()
    // a reader gives its entries in portions, until one is empty
    for (let portion = await read(reader); portion.length > 0; portion = await read(reader))
      for (const each of portion) await collect(each, found)
  } else if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    found.push({ file, path: entry.fullPath.replace(/^\//, '') })
  }
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const read = (reader: FileSystemDirectoryReader) => new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))

/** Of folders only what can be read is sent; a file that was named is sent whatever it is, and the server says what is wrong with it. */
export function sortOut(chosen: readonly Chosen[]): { taken: Chosen[]; leftOut: number } {
  const isWanted = ({ path, file }: Chosen) =>
    !path.includes('/') || (!file.name.startsWith('.') && kinds.some((kind) => file.name.toLowerCase().endsWith(kind)))
  const taken = chosen.filter(isWanted)
  return { taken, leftOut: chosen.length - taken.length }
}
