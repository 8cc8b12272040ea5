import { vi } from 'vitest'
import { describeStore } from '../conformance/store.ts'
import { openFixture } from './fixtures/open.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describeStore('embedded', openFixture)
