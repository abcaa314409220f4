/** What may be missing from an insight, or say little: see docs/guides/report.md. A code never changes its meaning. */
export const NOTE_CODES = [
  'UsageMissing',
  'UsageOfAMoment',
  'UsageShort',
  'RequestsMissing',
  'AuthorsMissing',
  'ReplicasMissing',
  'OomKillsMissing',
  'ThrottlingMissing',
  'NodesMissing',
  'NotCurrent',
  'NotReadable',
  'NotLearned',
  'PodsLeftOut',
  'OwnersGuessed',
  'StoreBehind',
  'ChangedAfterPlimsoll',
  'RowsLeftOut',
  'ManifestsLeftOut',
  'Warning',
] as const
export type NoteCode = (typeof NOTE_CODES)[number]
