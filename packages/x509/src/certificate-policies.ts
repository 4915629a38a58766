import type { Certificate } from './certificate.ts'
import * as extensionIds from './extension-ids.ts'

/**
 * Certificate policies of a whole path, computed over a graph that has each policy once a level, so that its cost is
 * bounded by the sizes of the extensions: the policy tree of RFC 5280 doubles at each level if mappings want it to.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-6.1.3 and https://www.rfc-editor.org/rfc/rfc9618#section-5
 */
export interface PolicyOptions {
  /** user-initial-policy-set: policies (object identifiers) that are acceptable. Default: any. */
  readonly acceptable?: readonly string[]
  /** initial-explicit-policy: the path must be valid for one of them. Default `false`. */
  readonly requireExplicit?: boolean
  /** initial-policy-mapping-inhibit. Default `false`. */
  readonly inhibitMapping?: boolean
  /** initial-any-policy-inhibit: anyPolicy in certificates means nothing. Default `false`. */
  readonly inhibitAny?: boolean
}

export type PolicyOutcome =
  /** user-constrained-policy-set: the policies of `acceptable` that the path is valid for, in the terms of its anchor. */
  | { readonly policies: readonly string[] }
  | { readonly rule: keyof typeof policyRules; readonly index: number; readonly problem: string }

/** @param path leaf first, without the trust anchor */
export type PolicyCheck = (path: readonly Certificate[]) => PolicyOutcome

/** What judges the policies of paths, to be given to `createVerifier`; `verifyPath` takes the options themselves. */
export function certificatePolicies(options: PolicyOptions = {}): PolicyCheck {
  return (path) => checkPolicies(path, options)
}

/** What can require a policy, or say which is meant: not to be passed over without judging policies. */
export const policyExtensions: ReadonlySet<string> = /* @__PURE__ */ new Set([
  extensionIds.policyConstraints,
  extensionIds.policyMappings,
])

export const anyPolicy = '2.5.29.32.0'

function checkPolicies(path: readonly Certificate[], options: PolicyOptions): PolicyOutcome {
  const { length } = path
  let explicitPolicy = options.requireExplicit === true ? 0 : length + 1
  let inhibitAny = options.inhibitAny === true ? 0 : length + 1
  let policyMapping = options.inhibitMapping === true ? 0 : length + 1
  const levels: Level[] = []
  let level: Level = { nodes: new Map(), hasAny: true }

  for (let index = length - 1; index >= 0; index--) {
    const certificate = path[index] as Certificate
    const countsNot = index > 0 && certificate.isSelfIssued
    // 6.1.3 (d), (e)
    applyPolicies(certificate, level, inhibitAny > 0 || countsNot)
    levels.push(level)
    if (index === 0) break

    // 6.1.4 (a), (b)
    const mappings = certificate.policyMappings ?? []
    if (mappings.some((one) => one.issuerDomainPolicy === anyPolicy || one.subjectDomainPolicy === anyPolicy)) {
      return { rule: 'policy.mapping', index, problem: 'maps a policy from or to anyPolicy' }
    }
    level = nextLevel(certificate, level, policyMapping > 0)
    // 6.1.4 (h) to (j)
    if (!countsNot) {
      explicitPolicy -= explicitPolicy > 0 ? 1 : 0
      policyMapping -= policyMapping > 0 ? 1 : 0
      inhibitAny -= inhibitAny > 0 ? 1 : 0
    }
    const constraints = certificate.policyConstraints
    explicitPolicy = Math.min(explicitPolicy, constraints?.requireExplicitPolicy ?? explicitPolicy)
    policyMapping = Math.min(policyMapping, constraints?.inhibitPolicyMapping ?? policyMapping)
    inhibitAny = Math.min(inhibitAny, certificate.inhibitAnyPolicy ?? inhibitAny)
  }

  // 6.1.5 (a), (b)
  explicitPolicy -= explicitPolicy > 0 ? 1 : 0
  if (path[0]?.policyConstraints?.requireExplicitPolicy === 0) explicitPolicy = 0
  // 6.1.5 (g)
  const policies = constrainedPolicies(levels, options.acceptable)
  if (explicitPolicy === 0 && policies.length === 0) {
    return { rule: 'policy.explicit', index: 0, problem: 'must be valid for an acceptable policy, and is for none' }
  }
  return { policies }
}

/** The policies that the authorities down to a certificate agree on. */
interface Level {
  /** By valid_policy. */
  readonly nodes: Map<string, PolicyNode>
  /** Whether there is a node for anyPolicy; all those above it are such too. */
  hasAny: boolean
}

interface PolicyNode {
  /** Policies of the level above; none: anyPolicy. */
  readonly parents: Set<string>
}

function applyPolicies(certificate: Certificate, level: Level, anyAllowed: boolean): void {
  const policies = new Set(certificate.certificatePolicies?.map(({ policy }) => policy))
  const hadAny = level.hasAny
  if (!policies.delete(anyPolicy) || !anyAllowed) {
    for (const policy of level.nodes.keys()) if (!policies.has(policy)) level.nodes.delete(policy)
    level.hasAny = false
  }
  if (!hadAny) return
  for (const policy of policies) if (!level.nodes.has(policy)) level.nodes.set(policy, { parents: new Set() })
}

/** What the policies of this level are called in certificates of the next. */
function nextLevel(certificate: Certificate, level: Level, mappingAllowed: boolean): Level {
  const next: Level = { nodes: new Map(), hasAny: level.hasAny }
  const mapped = new Set<string>()
  for (const { issuerDomainPolicy, subjectDomainPolicy } of certificate.policyMappings ?? []) {
    mapped.add(issuerDomainPolicy)
    if (!mappingAllowed) {
      level.nodes.delete(issuerDomainPolicy)
      continue
    }
    if (!level.nodes.has(issuerDomainPolicy)) {
      if (!level.hasAny) continue
      level.nodes.set(issuerDomainPolicy, { parents: new Set() })
    }
    addParent(next, subjectDomainPolicy, issuerDomainPolicy)
  }
  for (const policy of level.nodes.keys()) if (!mapped.has(policy)) addParent(next, policy, policy)
  return next
}

function addParent(level: Level, policy: string, parent: string): void {
  const node = level.nodes.get(policy)
  if (node === undefined) level.nodes.set(policy, { parents: new Set([parent]) })
  else node.parents.add(parent)
}

/** The policies with which the authorities began, of those that reach the leaf: valid_policy_node_set. */
function constrainedPolicies(levels: readonly Level[], acceptable: readonly string[] | undefined): string[] {
  const last = levels.at(-1)
  const wanted = acceptable === undefined || acceptable.includes(anyPolicy) ? undefined : new Set(acceptable)
  const found = new Set<string>()
  let reached = new Set(last?.nodes.keys())
  for (const { nodes } of levels.toReversed()) {
    const above = new Set<string>()
    for (const policy of reached) {
      const parents = nodes.get(policy)?.parents
      if (parents?.size === 0 && (wanted === undefined || wanted.has(policy))) found.add(policy)
      for (const parent of parents ?? []) above.add(parent)
    }
    reached = above
  }
  if (last?.hasAny === true) for (const policy of wanted ?? [anyPolicy]) found.add(policy)
  return [...found].sort()
}

/** Where they are written. */
export const policyRules = {
  'policy.explicit': 'RFC 5280 section 6.1.5',
  'policy.mapping': 'RFC 5280 section 4.2.1.5',
} as const
