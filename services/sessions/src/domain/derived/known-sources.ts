/** What kind of place a visitor came from. */
export type Medium = 'paid' | 'video' | 'email' | 'referral' | 'social' | 'ai' | 'search' | 'direct';

/** Parameters that advertising systems add to the addresses of their clicks, and who adds them. */
export const CLICK_IDS: Readonly<Record<string, string>> = {
  gclid: 'google',
  gbraid: 'google',
  wbraid: 'google',
  dclid: 'google',
  msclkid: 'bing',
  fbclid: 'facebook',
  ttclid: 'tiktok',
  twclid: 'x',
  li_fat_id: 'linkedin',
  yclid: 'yandex',
};

/**
 * A place by its hosts: a host is that of an entry when it equals it or is below it; `.*` at the end stands for any top level domain of
 * one or two parts.
 */
export interface KnownSource {
  readonly source: string;
  readonly hosts: readonly string[];
  /** Parameters of its addresses that hold what was searched for. */
  readonly termParameters?: readonly string[];
}

const at = (source: string, ...hosts: string[]): KnownSource => ({ source, hosts });
const search = (source: string, hosts: readonly string[], ...termParameters: string[]): KnownSource => ({ source, hosts, termParameters });

/**
 * Known places by medium, in the order in which they are tried (sessions §13.3): a mail service of a search engine is mail. Short on
 * purpose: whatever is not here is a referral under its own host.
 */
export const KNOWN_SOURCES: readonly (readonly [Medium, readonly KnownSource[]])[] = [
  [
    'video',
    [
      at('youtube', 'youtube.com', 'youtu.be', 'youtube-nocookie.com'),
      at('vimeo', 'vimeo.com'),
      at('twitch', 'twitch.tv'),
      at('dailymotion', 'dailymotion.com', 'dai.ly'),
      at('bilibili', 'bilibili.com'),
    ],
  ],
  [
    'email',
    [
      at('gmail', 'mail.google.com', 'com.google.android.gm'),
      at('outlook', 'outlook.live.com', 'outlook.office.com', 'outlook.office365.com'),
      at('yahoo mail', 'mail.yahoo.com'),
      at('proton mail', 'mail.proton.me'),
      at('gmx', 'gmx.net', 'gmx.com'),
      at('yandex mail', 'mail.yandex.*'),
    ],
  ],
  [
    'referral',
    [
      at('wikipedia', 'wikipedia.org'),
      at('github', 'github.com'),
      at('stack overflow', 'stackoverflow.com'),
      at('hacker news', 'news.ycombinator.com'),
      at('medium', 'medium.com'),
      at('google news', 'news.google.com'),
    ],
  ],
  [
    'social',
    [
      at('facebook', 'facebook.com', 'fb.com', 'fb.me'),
      at('instagram', 'instagram.com'),
      at('x', 'x.com', 'twitter.com', 't.co'),
      at('linkedin', 'linkedin.com', 'lnkd.in'),
      at('reddit', 'reddit.com'),
      at('pinterest', 'pinterest.*'),
      at('tiktok', 'tiktok.com'),
      at('mastodon', 'mastodon.social'),
      at('bluesky', 'bsky.app'),
      at('threads', 'threads.net', 'threads.com'),
      at('vk', 'vk.com'),
    ],
  ],
  [
    'ai',
    [
      at('chatgpt', 'chatgpt.com', 'chat.openai.com'),
      at('claude', 'claude.ai'),
      at('gemini', 'gemini.google.com'),
      at('copilot', 'copilot.microsoft.com'),
      at('perplexity', 'perplexity.ai'),
      at('deepseek', 'chat.deepseek.com'),
      at('mistral', 'chat.mistral.ai'),
    ],
  ],
  [
    'search',
    [
      search('google', ['google.*'], 'q'),
      search('bing', ['bing.com'], 'q'),
      search('duckduckgo', ['duckduckgo.com'], 'q'),
      search('yahoo', ['search.yahoo.com', 'yahoo.*'], 'p'),
      search('yandex', ['yandex.*', 'ya.ru'], 'text'),
      search('baidu', ['baidu.com'], 'wd', 'word'),
      search('ecosia', ['ecosia.org'], 'q'),
      search('startpage', ['startpage.com'], 'query'),
      search('naver', ['naver.com'], 'query'),
      search('qwant', ['qwant.com'], 'q'),
      search('brave', ['search.brave.com'], 'q'),
    ],
  ],
];
