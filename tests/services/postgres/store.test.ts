import { afterAll } from 'vitest'
import { describeStore } from '../../../packages/storage/src/conformance/store.ts'
import { openFixture } from '../../../packages/storage/src/postgres/fixtures/open.ts'
import { PostgresServer } from '../../../packages/storage/src/postgres/fixtures/server.ts'

const server = await PostgresServer.start(process.env.GATEHOUSE_SERVICE_POSTGRES ?? 'postgres')
afterAll(() => server[Symbol.asyncDispose]())

describeStore('postgres', async () => openFixture(await server.makeDatabase()))
