import { describe, expect, test } from 'vitest';
import { checkNames } from '../../src/core/handler-names.js';

const data = () => {};

describe('the names of a handler’s methods', () => {
  test.each([
    ['clsoe', '"close"'],
    ['Close', '"close"'],
    ['closed', '"close"'],
    ['darin', '"drain"'],
    ['onDrain', '"drain"'],
    ['onClose', '"close"'],
    ['onData', '"data"'],
    ['message', '"data"'],
    ['ned', '"end"'],
    ['ends', '"end"'],
    ['stoping', '"stopping"'],
    ['stoppin', '"stopping"'],
    ['open', 'the service itself'],
  ])('"%s" is refused as a misspelt one', (name, meant) => {
    expect(() => checkNames({ data, [name]: data })).toThrow(`no method "${name}"`);
    expect(() => checkNames({ data, [name]: data })).toThrow(`did you mean ${meant}?`);
  });

  test('"dta" is refused where there is no data', () => {
    expect(() => checkNames({ dta() {} })).toThrow('did you mean "data"?');
  });

  test('a misspelt method is found along the prototypes of a class', () => {
    class Base {
      data() {}
      onClose() {}
    }
    class Derived extends Base {}
    for (let i = 0; i < 2; i++) expect(() => checkNames(new Derived())).toThrow('"onClose"');
  });

  test.each([
    'send',
    'add',
    'find',
    'read',
    'stop',
    'start',
    'begin',
    'pause',
    'resume',
    'done',
    'say',
    'update',
    'clear',
  ])('"%s" is a name of the user’s own', (name) => {
    expect(() => checkNames({ data, [name]: data })).not.toThrow();
  });

  test('a name near a method that the handler has is the user’s own, and so is what is no function', () => {
    expect(() => checkNames({ data, close() {}, clone() {}, end() {}, ended() {} })).not.toThrow();
    expect(() => checkNames({ data, closed: Promise.resolve(), open: true, dain: 7 })).not.toThrow();
    expect(() => checkNames(Object.create(null, { data: { value: data } }))).not.toThrow();
  });
});
