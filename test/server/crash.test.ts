import { sceneOf, type Scene } from './crash/scene.ts';

describe('a server that dies', function () {
  this.timeout(180_000);
  let scene: Scene;
  afterEach(function () {
    if (this.currentTest?.state === 'failed') console.log(scene.state());
    return scene.close();
  });

  it('loses nothing it accepted and does nothing recorded twice, over kills, a stop, and other specs', async () => {
    scene = await sceneOf(7, 13);
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
      await scene.strike(signal, { most: 60 });
      if (signal === 'SIGTERM') scene.deploy();
      scene.subject.start();
    }
    await scene.finish();
  });
});
