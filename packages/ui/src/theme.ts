import { useSyncExternalStore } from 'react'
import { remember, remembered } from './remembered.ts'

export type Theme = 'system' | 'light' | 'dark'

const stored = 'gatehouse.theme'
const listeners = new Set<() => void>()
const isTheme = (value: unknown): value is Theme => value === 'system' || value === 'light' || value === 'dark'

function current(): Theme {
  const value = remembered(stored)
  return isTheme(value) ? value : 'system'
}

/** Called before the first paint, so that nothing flashes. */
export function applyTheme(): void {
  const theme = current()
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

function choose(theme: Theme): void {
  remember(stored, theme)
  applyTheme()
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useTheme = () => ({ theme: useSyncExternalStore(subscribe, current), choose })
