import jsonPatch, { type Operation } from 'fast-json-patch'

/** Applies a JSON patch in place as somebody else would, not as the webhook itself checks it. */
export function applyInPlace(object: unknown, patch: readonly { readonly op: string; readonly path: string }[]): void {
  jsonPatch.applyPatch(object, patch as Operation[], true, true)
}
