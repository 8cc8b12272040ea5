import { BlockList, isIP, isIPv6 } from 'node:net'
import type { Spec } from '@gatehouse/contracts'

/** Whether calls may come from an address. */
export type MayCallFrom = (address: string) => boolean

/** Undefined when nothing is said. What is no address, because it could not be known, may not call where something is said. */
export function compileAddressRules({ allow, deny }: Spec<'Consumer'>['addresses']): MayCallFrom | undefined {
  if (allow.length === 0 && deny.length === 0) return undefined
  const allowed = listOf(allow)
  const denied = listOf(deny)
  return (address) => {
    if (!isIP(address)) return false
    const family = familyOf(address)
    return !denied.check(address, family) && (allow.length === 0 || allowed.check(address, family))
  }
}

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4')

/** The schema has checked that they are addresses and ranges. */
function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = familyOf(address)
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}
