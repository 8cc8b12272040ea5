import { type KeyOf, type Translate, useTranslate } from '@gatehouse/ui'
import type { en } from './en.ts'

export type TextKey = KeyOf<typeof en>
export type Text = Translate<TextKey>
export const useText = useTranslate<TextKey>
