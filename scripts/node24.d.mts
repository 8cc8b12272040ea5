export function isInstalled(root: string): boolean
export function whileLocked<Result>(lock: string, work: () => Result | Promise<Result>): Promise<Result>
export function install(root: string, run?: (root: string) => number | null | Promise<number | null>): Promise<'present' | 'installed'>
export function binary(root: string, machine?: { platform?: string; arch?: string; own?: string; version?: string }): string
export function program(root: string, name: string): string
export function exitCode(code: number | null, signal: NodeJS.Signals | null): number
export const serverFlags: readonly string[]
export function flagsFor(args: readonly string[]): readonly string[]
