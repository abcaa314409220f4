import type { ImageConfig } from './index.ts'

/** How the image starts; the same as in the Dockerfile, which a test compares. */
export function imageConfig(version: string): ImageConfig {
  return {
    User: '65532:65532',
    WorkingDir: '/app',
    Env: ['PATH=/nodejs/bin:/usr/bin:/bin', 'NODE_ENV=production'],
    Entrypoint: ['/nodejs/bin/node', '/app/dist/main.js'],
    Cmd: ['webhook'],
    Labels: { 'org.opencontainers.image.version': `v${version}`, 'org.opencontainers.image.licenses': 'Apache-2.0' },
  }
}
