/** Options of tar with which the same files always give the same bytes, independently of the user and the time. */
export const SAME_TAR: readonly string[] = [
  ...['--format=gnu', '--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'],
  '--mode=u+rwX,go+rX,go-w',
]
