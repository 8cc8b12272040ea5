/** What this browser keeps of a person's choices. Where it may keep nothing, the choice lasts until the page is left. */
const here = new Map<string, string>()

export function remembered(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? here.get(name)
  } catch {
    return here.get(name)
  }
}

export function remember(name: string, value: string): void {
  here.set(name, value)
  try {
    localStorage.setItem(name, value)
  } catch {
    // the browser keeps nothing for this page
  }
}
