import type { Reader } from './database.ts';

/** Whether the database answers within two seconds. */
export async function isAnswering(db: Reader): Promise<boolean> {
  const deadline = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), 2_000).unref();
  });
  const asked = db.prisma.$queryRaw`/* ready, prepared */ SELECT 1`.then(
    () => true,
    () => false,
  );
  return Promise.race([asked, deadline]);
}
