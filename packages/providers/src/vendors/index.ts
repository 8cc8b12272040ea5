import { defineProvider, type ProviderDefinition } from '@gatehouse/kernel'
import { z } from 'zod'
import { createCompatible } from '../openai/index.ts'
import { vendors } from './table.ts'
import { regionHint, usual, type Vendor } from './vendor.ts'

const headerName = z.string().regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header')

function configOf({ baseUrl, place, regions }: Vendor) {
  const where = place === 'deployment' ? 'The resource: https://….openai.azure.com' : 'Up to and without /chat/completions.'
  const others = regions ? ` ${regions.map(({ name, baseUrl: address }) => `${name}: ${address}`).join('; ')}` : ''
  const url = z
    .url({ protocol: /^https?$/, error: 'expected an http or https address' })
    .meta({ title: 'Base URL', description: `${where}${others}` })
  return z.strictObject({
    baseUrl: baseUrl === undefined ? url : url.default(baseUrl),
    /** Sent with every request. Secrets belong into the credentials. */
    headers: z.record(headerName, z.string()).default({}).meta({ title: 'Headers' }),
    omit: z
      .array(z.string())
      .default([])
      .meta({ title: 'Fields to leave out', description: 'Fields of a request that this server refuses.' }),
    askForUsage: z.boolean().default(true).meta({ title: 'Ask for usage', description: 'Adds stream_options.include_usage to streams.' }),
    embedAtOnce: z
      .int()
      .min(1)
      .max(2048)
      .optional()
      .meta({ title: 'Texts embedded at once', description: 'Empty: what the vendor documents.' }),
    ...(place === 'deployment' && {
      apiVersion: z
        .string()
        .regex(/^[\w.-]+$/)
        .default('2024-10-21')
        .meta({ title: 'API version', description: 'Sent as api-version.' }),
    }),
  })
}

/** Every vendor of the table as a provider. */
export const compatibleProviders: readonly ProviderDefinition[] = vendors.map((vendor) => {
  const { id, title, summary, environment, baseUrl: _, regions: __, from: ___, ...quirks } = vendor
  return defineProvider({
    id,
    title,
    summary,
    ...(environment !== undefined && { environment }),
    config: configOf(vendor),
    create: ({ baseUrl, headers, omit, askForUsage, embedAtOnce, ...more }) => {
      const known = { ...usual, ...quirks }
      const hint = regionHint(vendor, baseUrl)
      return createCompatible({
        ...known,
        ...(known.embeddings && embedAtOnce !== undefined && { embeddings: { ...known.embeddings, mostInputs: embedAtOnce } }),
        ...(hint !== undefined && { keyHint: hint }),
        ...('apiVersion' in more && typeof more.apiVersion === 'string' && { apiVersion: more.apiVersion }),
        baseUrl,
        headers,
        omit: [...known.omit, ...omit],
        asksUsage: known.asksUsage && askForUsage,
      })
    },
  })
})
