/** A kind in any case, with or without its API group, and a name. */
const KIND_AND_NAME = /^([a-zA-Z][a-zA-Z0-9]*(?:\.[-.a-z0-9]+)?)\/([a-z0-9][-.a-z0-9]*)$/

/**
 * Splits an object's name as people write it, such as `deployment/web` or `statefulset.apps.kruise.io/db`; undefined if it has another
 * form.
 */
export function splitKindAndName(text: string): { readonly kind: string; readonly name: string } | undefined {
  const [, kind, name] = KIND_AND_NAME.exec(text) ?? []
  return kind === undefined || name === undefined ? undefined : { kind, name }
}
