import { describe, expect, test } from 'vitest';
import type { Directory } from '../../src/features/chat/protocol/directory.js';
import { ManualClock } from '../../src/testing/index.js';

/** How a directory is made, empty, with a clock that the test moves. */
export interface DirectoryUnderTest {
  open(options: { holdMs: number; clock: ManualClock }): Promise<Directory> | Directory;
}

/** The contract of `Directory`: every implementation passes it. */
export function directoryConformance(name: string, { open }: DirectoryUnderTest): void {
  const opened = async (holdMs = 1000) => {
    const clock = new ManualClock();
    return { clock, directory: await open({ holdMs, clock }) };
  };

  describe(`${name} keeps the contract of a directory`, () => {
    test('a name is one member\u2019s, in any case, and shown as it was claimed', async () => {
      const { directory } = await opened();
      expect(await directory.claim('Ann', 'a', '1')).toBeUndefined();
      await expect(directory.claim('ANN', 'b', '2')).rejects.toMatchObject({
        code: 'name-taken',
        message: 'the name Ann is in use',
      });
      expect(await directory.find('ann')).toEqual({ name: 'Ann', owner: 'a', member: '1' });
    });

    test('of two claims at once, one wins', async () => {
      const { directory } = await opened();
      const claims = await Promise.allSettled([directory.claim('ann', 'a', '1'), directory.claim('Ann', 'b', '2')]);
      expect(claims.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    });

    test('a name is held for its owner alone, and for a time only', async () => {
      const { clock, directory } = await opened();
      await directory.claim('Ann', 'a', '1');
      await directory.release('Ann', '1', true);
      expect(await directory.find('ann')).toEqual({ name: 'Ann', owner: 'a', member: undefined });
      await expect(directory.claim('ann', 'b', '2')).rejects.toMatchObject({ about: { waitMs: 1000 } });
      clock.pass(999);
      expect(await directory.claim('Ann', 'a', '3')).toBeUndefined();
      await directory.release('Ann', '3', true);
      clock.pass(1000);
      expect(await directory.claim('ann', 'b', '2')).toBeUndefined();
    });

    test('the claim of the owner replaces the member, which then takes nothing away', async () => {
      const { directory } = await opened();
      await directory.claim('Ann', 'a', '1');
      expect(await directory.claim('Ann', 'a', '2')).toBe('1');
      await directory.release('Ann', '1', true);
      expect(await directory.find('Ann')).toMatchObject({ member: '2' });
    });

    test('a member claims its own name again, in another spelling', async () => {
      const { directory } = await opened();
      await directory.claim('ann', 'a', '1');
      expect(await directory.claim('ANN', 'a', '1')).toBeUndefined();
      expect(await directory.find('ann')).toMatchObject({ name: 'ANN' });
    });

    test('a name that is released without a hold is free at once', async () => {
      const { directory } = await opened();
      await directory.claim('Ann', 'a', '1');
      await directory.release('Ann', '1', false);
      expect(await directory.find('Ann')).toBeUndefined();
      expect(await directory.claim('Ann', 'b', '2')).toBeUndefined();
    });

    test('guests get names that nobody has', async () => {
      const { directory } = await opened();
      await directory.claim('guest-2', 'a', '1');
      expect(await Promise.all([directory.claimGuest('b', '2'), directory.claimGuest('c', '3')])).toEqual([
        'guest-1',
        'guest-3',
      ]);
      await expect(directory.claim('guest-1', 'd', '4')).rejects.toMatchObject({ code: 'name-taken' });
    });

    test('a flood of names from one address holds at most a hundred, and frees those of nobody else', async () => {
      const { clock, directory } = await opened();
      const hold = async (name: string, address: string) => {
        await directory.claim(name, `owner of ${name}`, name);
        await directory.release(name, name, true, address);
      };
      await hold('ann', '192.0.2.1');
      for (let at = 0; at < 150; at++) await hold(`flood-${at}`, '192.0.2.66');
      expect(await directory.find('ann')).toMatchObject({ owner: 'owner of ann' });
      expect(await directory.find('flood-99')).toMatchObject({ owner: 'owner of flood-99' });
      expect(await directory.find('flood-100')).toBeUndefined();
      clock.pass(1000);
      expect(await directory.find('ann')).toBeUndefined();
      await hold('flood-101', '192.0.2.66');
      expect(await directory.find('flood-101')).toMatchObject({ member: undefined });
    });

    test('a room has the topic that was set last, until that is empty', async () => {
      const { directory } = await opened();
      expect(await directory.topic('dev')).toBe('');
      await directory.setTopic('dev', 'what runs');
      await directory.setTopic('dev', 'what runs now');
      expect([await directory.topic('dev'), await directory.topic('ops')]).toEqual(['what runs now', '']);
      await directory.setTopic('dev', '');
      expect(await directory.topic('dev')).toBe('');
    });
  });
}
