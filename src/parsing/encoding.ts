export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** How the bytes of a text are read. */
export interface DetectedEncoding {
  readonly encoding: Encoding
  /** Whether the bytes say so, with a byte order mark or by being UTF-8; otherwise it is the likeliest. */
  readonly isCertain: boolean
}

/** Share of every second byte that is zero in UTF-16 without a mark: text of Kubernetes is mostly ASCII. */
const MOSTLY = 0.7
const LOOKED_AT_BYTES = 4096

/**
 * Detects the encoding of a text from its first bytes: UTF-8, UTF-16 (which PowerShell's `>` writes), or, if it is none of
 * these, Windows-1252.
 */
export function detectEncoding(bytes: Uint8Array): DetectedEncoding {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', isCertain: true }
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', isCertain: true }
  const zeros = [0, 0]
  const looked = Math.min(bytes.length, LOOKED_AT_BYTES) & ~1
  for (let i = 0; i < looked; i++) if (bytes[i] === 0) zeros[i & 1]!++
  const isText = (share: number) => share > MOSTLY * (looked / 2)
  if (isText(zeros[1]!) && zeros[0] === 0) return { encoding: 'utf-16le', isCertain: false }
  if (isText(zeros[0]!) && zeros[1] === 0) return { encoding: 'utf-16be', isCertain: false }
  if (isUtf8(bytes) || bytes.includes(0)) return { encoding: 'utf-8', isCertain: true }
  return { encoding: 'windows-1252', isCertain: false }
}

/** Whether the bytes are the beginning of a UTF-8 text; the last character may be cut. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** A text of a person's file, without its byte order mark. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(detectEncoding(bytes).encoding).decode(bytes)
}
