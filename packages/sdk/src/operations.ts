import type { AdminOperation, Endpoint, Role } from '@gatehouse/contracts'

/**
 * Method, path and access of every operation, as the table in `contracts` has them; written out so that a page need not carry the schemas
 * (30 KB). A test compares the two and prints the line that differs.
 */
export const operations = {
  health: ['GET', '/health', 'public'],
  status: ['GET', '/status', 'owner admin builder auditor'],
  catalog: ['GET', '/catalog', 'owner admin builder auditor'],
  overview: ['GET', '/overview', 'owner admin builder auditor'],
  signIn: ['POST', '/session', 'public'],
  redeemLink: ['POST', '/session/redeem', 'public'],
  signOut: ['DELETE', '/session', 'owner admin builder auditor member'],
  me: ['GET', '/me', 'owner admin builder auditor member'],
  setPassword: ['POST', '/me/password', 'owner admin builder auditor member'],
  listCalls: ['GET', '/calls', 'owner admin builder auditor'],
  getCall: ['GET', '/calls/{call}', 'owner admin builder auditor'],
  readContent: ['POST', '/calls/{call}/content', 'owner admin'],
  listBases: ['GET', '/bases', 'owner admin builder auditor'],
  createBase: ['POST', '/bases', 'owner admin builder'],
  getBase: ['GET', '/bases/{base}', 'owner admin builder auditor'],
  changeBase: ['PATCH', '/bases/{base}', 'owner admin builder'],
  removeBase: ['DELETE', '/bases/{base}', 'owner admin builder'],
  listDocuments: ['GET', '/bases/{base}/documents', 'owner admin builder'],
  uploadDocument: ['POST', '/bases/{base}/documents', 'owner admin builder'],
  searchBase: ['POST', '/bases/{base}/search', 'owner admin builder'],
  getDocument: ['GET', '/documents/{document}', 'owner admin builder'],
  changeDocument: ['PATCH', '/documents/{document}', 'owner admin builder'],
  removeDocument: ['DELETE', '/documents/{document}', 'owner admin builder'],
  retryDocument: ['POST', '/documents/{document}/retry', 'owner admin builder'],
  documentText: ['GET', '/documents/{document}/text', 'owner admin builder'],
  listSegments: ['GET', '/documents/{document}/segments', 'owner admin builder'],
  releaseSegment: ['POST', '/segments/{segment}/release', 'owner admin builder'],
  listConsumers: ['GET', '/consumers', 'owner admin builder auditor'],
  createConsumer: ['POST', '/consumers', 'owner admin'],
  getConsumer: ['GET', '/consumers/{consumer}', 'owner admin builder auditor'],
  changeConsumer: ['PATCH', '/consumers/{consumer}', 'owner admin'],
  removeConsumer: ['DELETE', '/consumers/{consumer}', 'owner admin'],
  consumerUsage: ['GET', '/consumers/{consumer}/usage', 'owner admin builder auditor'],
  createKey: ['POST', '/consumers/{consumer}/keys', 'owner admin'],
  revokeKey: ['DELETE', '/consumers/{consumer}/keys/{key}', 'owner admin'],
  rotateKey: ['POST', '/consumers/{consumer}/keys/{key}/rotate', 'owner admin'],
  createSigningKey: ['POST', '/consumers/{consumer}/signing-keys', 'owner admin'],
  rotateSigningKey: ['POST', '/consumers/{consumer}/signing-keys/{accessKey}/rotate', 'owner admin'],
  revokeSigningKey: ['DELETE', '/consumers/{consumer}/signing-keys/{accessKey}', 'owner admin'],
  createTokenIssuer: ['POST', '/consumers/{consumer}/token-issuers', 'owner admin'],
  removeTokenIssuer: ['DELETE', '/consumers/{consumer}/token-issuers/{issuer}', 'owner admin'],
  listUsers: ['GET', '/users', 'owner admin builder auditor'],
  createUser: ['POST', '/users', 'owner admin'],
  changeUser: ['PATCH', '/users/{user}', 'owner admin'],
  removeUser: ['DELETE', '/users/{user}', 'owner admin'],
  createLink: ['POST', '/users/{user}/links', 'owner admin'],
  listGroups: ['GET', '/groups', 'owner admin builder auditor'],
  createGroup: ['POST', '/groups', 'owner admin'],
  changeGroup: ['PATCH', '/groups/{group}', 'owner admin'],
  removeGroup: ['DELETE', '/groups/{group}', 'owner admin'],
  listApps: ['GET', '/apps', 'owner admin builder auditor'],
  getApp: ['GET', '/apps/{app}', 'owner admin builder auditor'],
  changeApp: ['PATCH', '/apps/{app}', 'owner admin builder'],
  listAudit: ['GET', '/audit', 'owner admin auditor'],
  verifyAudit: ['POST', '/audit/verify', 'owner admin auditor'],
  signAudit: ['POST', '/audit/heads', 'owner admin auditor'],
  takeOver: ['POST', '/resources/take-over', 'owner admin'],
} as const satisfies Readonly<Record<AdminOperation, readonly [method: Endpoint['method'], path: `/${string}`, access: string]>>

/** Whether somebody with these roles may call an operation: for hiding what would be refused. */
export function mayCall(operation: AdminOperation, roles: readonly Role[]): boolean {
  const access = operations[operation][2].split(' ')
  return access[0] === 'public' || roles.some((role) => access.includes(role))
}
