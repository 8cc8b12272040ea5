import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

/** This process among those that share a store. A process id alone is not enough: containers count theirs from 1. */
export const processName = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`
