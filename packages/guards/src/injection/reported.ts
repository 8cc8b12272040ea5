const telling = [
  // what somebody else might ask, try or do
  /\b(?:requests?|attempts?|attempted|attempting|efforts?|tries|trying|tried|tempted) (?:[\w-]+ ){0,2}to (?:[\w-]+ )?$/i,
  /\b(?:asks?|asking|tells?|telling|instructs?|instructing|urges?|tricks?|tricking|persuades?|persuading|gets?|getting|causes?|causing|makes?|making|convinces?|convincing) (?:the|an?|its?|them|our|their|any|other) (?:[\w-]+ ){0,3}(?:to |into )?$/i,
  /\b(?:does|do|did|may|might|could|will|would|can|sometimes|often) (?:the |an? |my |our |some |many )?(?:models?|llms?|ais?|assistants?|bots?|gpt|agents?|chatbots?|it|they|users?|someone|people|attackers?)(?: \w+){0,2} $/i,
  /\b(?:models?|llms?|attackers?|users?|people|employees|contractors|visitors|they|who|which)(?: (?:may|might|could|will|would|can|often|sometimes|always))? $/i,
  /\b(?:users?|someone|anyone|anybody|people|customers?|persons?|messages?|inputs?|texts?|documents?)\b (?:[\w-]+ ){0,3}(?:asks?|tells?|instructs?|wants?|orders?|demands?)(?: you)?(?: \w+)? to (?:[\w-]+ )?$/i,
  /\b(?:refuse|decline|(?:if|when|whenever|once) (?:you(?:'re| are) )?(?:asked|told|instructed|prompted)) to (?:[\w-]+ )?$/i,
  // a phrase in quotation marks that is named as a phrase
  /\b(?:phrases?|sentences?|attacks?|injections?|jailbreaks?|attackers?|examples?|such as|something like|says?|saying|containing|means?|called)\b[^.!?\n]{0,50}["'\u201c\u2018\u300c`]$/i,
  /(?:例如|比如|诸如|所谓|类似|像|攻击者|攻击|短语|句子|示例)[^。！？\n]{0,20}["'\u201c\u2018\u300c\u300e]$/,
  /(?:试图|企图|尝试|要求(?:ai|助手|模型|它|其)|诱导(?:ai|助手|模型|它|其)?|请求|让(?:ai|助手|模型|它))(?:助手|模型)?$/i,
]

/** Whether what stands before a hit makes it talk about orders instead of giving one. */
export const isReported = (before: string): boolean => telling.some((form) => form.test(before))
