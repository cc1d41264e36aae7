import { describe, expect, it } from 'vitest';
import { readEndpoint, urlOf } from '../../../src/ufs/oss/endpoint.ts';

describe('fs.oss.endpoint', () => {
  it.each([
    ['oss-cn-shanghai.aliyuncs.com', 'https://oss-cn-shanghai.aliyuncs.com', false, 'cn-shanghai'],
    ['oss-cn-shanghai-internal.aliyuncs.com', 'https://oss-cn-shanghai-internal.aliyuncs.com', false, 'cn-shanghai'],
    ['http://oss-us-west-1.aliyuncs.com', 'http://oss-us-west-1.aliyuncs.com', false, 'us-west-1'],
    ['https://oss-cn-hangzhou.aliyuncs.com/', 'https://oss-cn-hangzhou.aliyuncs.com', false, 'cn-hangzhou'],
    [' oss-cn-beijing.aliyuncs.com ', 'https://oss-cn-beijing.aliyuncs.com', false, 'cn-beijing'],
    ['OSS-CN-Beijing.aliyuncs.com', 'https://oss-cn-beijing.aliyuncs.com', false, 'cn-beijing'],
    ['oss-accelerate.aliyuncs.com', 'https://oss-accelerate.aliyuncs.com', false, undefined],
    ['oss-accelerate-overseas.aliyuncs.com', 'https://oss-accelerate-overseas.aliyuncs.com', false, undefined],
    ['files.example.com', 'https://files.example.com', false, undefined],
    ['files.example.com:8443', 'https://files.example.com:8443', false, undefined],
    ['localhost', 'http://localhost', true, undefined],
    ['localhost:9280', 'http://localhost:9280', true, undefined],
    ['localhost:80', 'http://localhost:80', true, undefined],
    ['localhost:443', 'http://localhost:443', true, undefined],
    ['https://localhost:9280', 'https://localhost:9280', true, undefined],
    ['127.0.0.1:9280', 'http://127.0.0.1:9280', true, undefined],
    ['http://127.0.0.1:9280', 'http://127.0.0.1:9280', true, undefined],
    ['10.1.2.3', 'https://10.1.2.3', true, undefined],
    ['http://10.1.2.3:8080', 'http://10.1.2.3:8080', true, undefined],
    ['[::1]:9280', 'http://[::1]:9280', true, undefined],
    ['::1', 'http://[::1]', true, undefined],
  ])('%j is %s', (text, url, pathStyle, region) => {
    const endpoint = readEndpoint(text);
    expect([urlOf(endpoint), endpoint.pathStyle, endpoint.region]).toEqual([url, pathStyle, region]);
  });

  it('gives way to what is set', () => {
    expect(readEndpoint('localhost', { pathStyle: false, region: 'oss-cn-x' })).toMatchObject({ pathStyle: false, region: 'cn-x' });
    expect(readEndpoint('127.0.0.1:80', { pathStyle: false })).toMatchObject({ pathStyle: true });
    expect(readEndpoint('oss-cn-a.aliyuncs.com', { pathStyle: true, region: 'cn-b' })).toMatchObject({ pathStyle: true, region: 'cn-b' });
    expect(readEndpoint('oss-cn-a.aliyuncs.com', { region: ' ' })).toMatchObject({ region: 'cn-a' });
  });

  it.each(['', 'ftp://host', 'http://', 'host/path', 'http://user@host', 'a b', 'host:port', 'http://host?x=1'])('%j is refused', (text) => {
    expect(() => readEndpoint(text)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIGURATION' }) as Error);
  });
});
