import { BlockList, isIP, isIPv6 } from 'node:net'
import type { Spec } from '@gatehouse/contracts'
import type { Problem } from '@gatehouse/kernel'

/** Whether calls may come from an address. */
export type MayCallFrom = (address: string) => boolean

/** Undefined when nothing is said. What is no address or range is a problem, and then the list lets nobody in. */
export function compileAddressRules({ allow, deny }: Spec<'Consumer'>['addresses'], path: string, problems: Problem[]): MayCallFrom | undefined {
  if (allow.length === 0 && deny.length === 0) return undefined
  const allowed = listOf(allow, `${path}.allow`, problems)
  const denied = listOf(deny, `${path}.deny`, problems)
  return (address) => {
    if (!isIP(address)) return false
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    return !denied.check(address, family) && (allow.length === 0 || allowed.check(address, family))
  }
}

function listOf(ranges: readonly string[], path: string, problems: Problem[]): BlockList {
  const list = new BlockList()
  ranges.forEach((range, at) => {
    if (!add(list, range.trim()))
      problems.push({ path: `${path}.${at}`, message: `"${range}" is no address or range; expected one like 10.0.0.0/8, 192.0.2.7 or fd00::/8` })
  })
  return list
}

function add(list: BlockList, range: string): boolean {
  const [address = '', length, ...rest] = range.split('/')
  if (!isIP(address) || rest.length) return false
  const most = isIPv6(address) ? 128 : 32
  const bits = length === undefined ? most : Number(length)
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || bits > most)) return false
  list.addSubnet(address, bits, most === 128 ? 'ipv6' : 'ipv4')
  return true
}
