import { describeStore } from '../conformance/store.ts'
import { openFixture } from './fixtures/open.ts'

describeStore('embedded', openFixture)
