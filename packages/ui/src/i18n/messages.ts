export type Language = 'en' | 'zh'

/** Plural forms are written `name_one`, `name_other` in English; Chinese has only the second. */
export type Messages = Readonly<Record<string, string>>

/** What a key of English messages is called in code: without the plural ending. */
export type KeyOf<M extends Messages> = StripPlural<keyof M & string>
type StripPlural<K extends string> = K extends `${infer Base}_one` ? Base : K extends `${infer Base}_other` ? Base : K

/** What a Chinese table must hold to be complete. */
export type Translation<M extends Messages> = { readonly [K in keyof M as K extends `${string}_one` ? never : K]: string }

/** The tables of an application; only the one that is shown is fetched. */
export type LoadMessages = Readonly<Record<Language, () => Promise<Messages>>>
