/**
 * Literals that must be in a text before a pattern behind the gate is tried. One pass looks for all of them. A blank stands for any
 * white space, 0 for any digit; letters have no case.
 */
export const gates = {
  // A run of blanks long enough to push words out of a window: such text is looked at in its canonical form.
  padded: ['        '],

  // injection
  override: [
    'ignor', 'disregard', 'forget', 'overlook', 'neglect', 'bypass', 'overrid', 'overrule', 'discard', 'skip ', 'dismiss', 'abandon', 'no attention', 'not follow', "n't follow",
    'stop following', 'longer follow', 'not obey', "n't obey", 'disobey', 'set aside', 'erase', 'delete', 'drop ', 'cease', 'not listen', 'longer bound', 'not comply', 'stop obeying', 'stop listening', 'stop being',
  ],
  leak: ['prompt', 'instruction', 'system message', 'repeat ', 'above', 'guidelines', 'told before', 'were told'],
  role: ['you are', "you're", 'act as', 'acting as', 'pretend', 'roleplay', 'role-play', 'simulat', 'persona', 'from now on', 'behave', 'imagine', 'act like', 'playing', 'you will be'],
  limits: ['unfilter', 'uncensor', 'amoral', 'unrestrict', 'no restriction', 'no limit', 'no filter', 'no moral', 'no ethic', 'no rules', 'sans ', 'censorship', 'ethics', 'morals', 'legality', 'moderation', 'without any', 'without restrict', 'without moral', 'without filter', 'without limit', 'any moral', 'any ethical', 'any rules', 'any restriction', 'unethical', 'immoral', 'limitless', 'not bound', 'free from', 'free of', 'broken free', 'no matter how', 'regardless of', 'jailbr', 'anything now', ' dan ', 'dan,', 'dan.', '"dan', 'aim,', 'machiavel', 'evil', 'opposite of', 'no longer chatgpt', 'not chatgpt', 'unbound', 'unchained'],
  mode: [' mode', 'mode '],
  refusal: ['refus', 'reject', 'declin', 'apolog', 'sorry', 'i can', 'you can', 'break character', 'breaking character', 'in character', 'disclaimer', 'warning', 'as an ai', 'censor', 'language model'],
  opening: ['start your', 'begin your', 'start with', 'begin with', 'starting with', 'beginning with', 'starts with', 'begins with', 'start every', 'start each', 'start the', 'begin the'],
  template: ['<|', '[inst]', '[/inst]', '<<sys>>', '<</sys>>', '### system', '###system', '### instruction', '###instruction', '<start_of_turn>', '[system]', '<system>', '(system', 'system:', 'system message', 'override:', 'end of ', 'system override'],
  machine: [' ai ', ' ai:', ' ai,', 'assistant', ' llm', 'language model', 'chatbot', 'the model', 'ai agent', 'gpt'],
  covert: ['not tell', "n't tell", 'not mention', "n't mention", 'not inform', "n't inform", 'not reveal', "n't reveal", 'not notify', 'without telling', 'without inform', 'without mention', 'secretly', 'silently', 'before you '],
  exfiltration: ['send ', 'forward', 'transmit', 'upload', 'exfiltrat', 'post the', 'append', 'email the', 'e-mail the', 'submit', 'leak', '](http'],
  encoded: ['decode', 'decrypt', 'base00', 'rot00', 'decipher', 'unscramble', 'concatenat', ' + '],
  authority: ['developer', 'administrator', ' admin', 'creator', 'openai', 'anthropic', 'authoriz', 'authoris'],
  task: ['new task', 'new instruction', 'new directive', 'new objective', 'new goal', 'new role', 'new rules', 'new orders', 'new persona', 'only do this', 'now on', 'new prompt', 'your real', 'your true'],
  secretLeak: ['password', 'api key', 'api-key', 'apikey', 'secret', 'credential', 'access code', 'confidential'],
  fence: ['{{#'],

  // the same in other languages
  zhOverride: ['忽略', '无视', '無視', '忘记', '忘掉', '忘了', '不要遵', '不用遵', '不必遵', '别遵', '不再遵', '停止遵', '理会', '不用管', '别管', '不要管', '抛弃', '放弃', '绕过', '跳过', '丢弃', '清除', '取消', '停止执行', '停止服从', '不要执行', '覆盖', '推翻', '违反', '摆脱', '撇开', '抛开', '删除', '废除', '不要服从', '不听', '解除', '突破', '打破'],
  zhLeak: ['提示词', '提示語', '指令', '系统提示', '系统消息', '系统设定', '内部规则', '原样', '逐字', '一字不', '初始设定', '规则', '设定', '以上内容', '上面的内容', '上面内容', '开头'],
  zhRole: ['没有任何', '不受', '没有限制', '无限制', '不再受', '没有道德', '不需要遵守', '无需遵守', '越狱', '开发者模式', '管理员模式', '上帝模式', '调试模式', 'dan模式', '模式', '无道德', '不会拒绝', '不能拒绝', '绝不拒绝', '不得拒绝', '永远不会拒绝'],
  zhTask: ['新任务', '新的任务', '新指令', '新的指令', '新角色', '从现在', '从现在起', '现在开始', '新身份'],
  zhMachine: ['给ai', '给人工智能', '给大模型', '给助手', '给模型', '致ai', 'ai助手', '语言模型', '告诉用户', '告知用户', '管理员', '开发者', '创造者', '系统】', '[系统', '系统消息', '###指令', '文档结束'],
  zhExfiltration: ['发送', '发给', '上传', '转发', '传送', '发到', '提交'],
  zhSecret: ['密码', '密钥', '机密', '身份证号', '口令'],
  otherOverride: [
    'vergiss', 'vergessen sie', 'missacht', 'nicht auf alles', 'ausser acht', 'oublie', 'ne tiens pas compte', 'ne tenez pas compte', 'ne suivez', 'olvid', 'haz caso omiso', 'no hagas caso', 'omite ', 'omita',
    'esquec', 'desconsider', 'desrespeit', 'dimentic', 'non seguire', 'trascura', 'negeer', 'vergeet', 'zapomnij', 'pomin', 'zignoruj', 'nie zwracaj', 'glom ', 'glem ', 'bortse', 'unohda', 'jata huomiotta',
    'zapomen', 'zabudn', 'ignoruj', 'felejts', 'hagyd figyelmen', 'uita ', 'yok say', 'unut', 'gormezden', 'dikkate alma', 'bo qua', 'abaikan', 'lupakan', 'ασχετα', 'αγνοησ', 'ξεχασ', 'игнориру', 'забуд', 'проигнорируй', 'не обращай внимания', 'отбрось', 'ігноруй', '无視',
    '無視', '忘れ', '従わない', '무시', '잊어', '따르지 마', 'تجاهل', 'انس', 'تجاهلي', 'अनदेखा', 'भूल जा', 'नज़रअंदाज़', 'ละเว้น', 'เพิกเฉย', 'ไม่ต้องสนใจ', 'התעלם', 'שכח',
  ],
  otherLeak: ['systemprompt', 'system-prompt', 'prompt del sistema', 'prompt systeme', 'prompt do sistema', 'prompt di sistema', 'invite systeme', 'системный промпт', 'системн', 'システムプロンプト', '시스템 프롬프트', 'instrucciones iniciales', 'instructions initiales', 'anfangsanweisung', 'prompt-text'],

  // disguises: words as they look when turned round or shifted by 13, and letters one by one
  reversed: ['erongi', 'dragersid', 'tegrof', 'snoitcurtsni', 'noitcurtsni', 'tpmorp', 'suoiverp', 'metsys', 'laever'],
  rotated: ['vtaber', 'qvfertneq', 'sbetrg', 'vafgehpgvba', 'cebzcg', 'cerivbhf', 'flfgrz', 'erirny'],
  spaced: [' e ', ' o ', ' n ', ' r ', ' t ', '-e-', '-o-', '-n-', '-r-', '.e.', '.o.', '.n.', '.r.', '_e_', '_o_', '_n_', '_r_', ' g n '],
  escaped: ['%00', '%0a', '&#0', '&#x', '\\u00', '\\x00'],
  leet: ['0gn0r', 'ign0r', '0gnor', 'pr0v', 'pr0mpt', 'pr00pt', 'syst0m', 'inst00ct', '0nstr', 'instr0c', 'd0sreg', 'disr0g', 'f0rg0t', 'f0rget', 'forg0t', 'pr0vi', '0nstruct'],

  // secrets
  pem: ['-----begin'],
  prefix: ['akia', 'asia', 'ltai', 'akid', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-', 'xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'sk-', 'sk_live_', 'rk_live_', 'sk_test_', 'aiza', 'npm_', 'hf_', 'sg.', 'dop_v0_', 'ya00.', 'gh-', 'app-', 'dataset-', 'pypi-', 'shpat_', 'key-'],
  jwt: ['eyj'],
  scheme: ['bearer ', 'basic '],
  assigned: ['password', 'passwd', 'pwd', 'passphrase', 'secret', 'api_key', 'apikey', 'api-key', 'api key', 'access_key', 'access-key', 'accesskey', 'access key', 'token', 'private_key', 'accountkey', 'account_key', 'credential', '口令', '密码', '密钥'],
  address: ['://'],

  // personal data
  mail: ['@'],
  number: ['00000000', '0000 0000', '0000-0000', '000-00-0000', '000 00 0000', '0000 000000', '0000-000000', '000-0000', '000 0000', '000.0000', '+00', '+0 (', '+0 0', '+0-0', '0 00 00 00', '00 00 00'],
  phoneWord: ['phone', 'tel', 'mobile', 'cell', 'fax', 'call', 'whatsapp', 'contact', 'reach', '电话', '手机', '联系', '座机', '传真', '致电', '微信'],
} as const satisfies Record<string, readonly string[]>

export type GateName = keyof typeof gates
