import { type KeyOf, useTranslate } from '@gatehouse/ui'
import type { en } from './en.ts'

export type TextKey = KeyOf<typeof en>
export const useText = useTranslate<TextKey>
