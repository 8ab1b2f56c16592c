import type { DrawdownClient, Method } from './drawdown-client.js';
import { CLIENT_LIMITS } from './limits.js';

interface PageRequest {
  pageSize: number;
  pageToken: string;
}

/**
 * Every item of a listing, page after page. `items` says where they are in an answer.
 * @throws CallFailed
 */
export async function* listAll<Request extends PageRequest, Answer extends { nextPageToken: string }, Item>(
  client: DrawdownClient,
  method: Method<Request, Answer>,
  request: Request,
  items: (answer: Answer) => readonly Item[],
): AsyncGenerator<Item> {
  let pageToken = '';
  for (let page = 0; page < CLIENT_LIMITS.pagesMax; page += 1) {
    const answer = await client.call(method, { ...request, pageSize: CLIENT_LIMITS.pageSize, pageToken });
    yield* items(answer);
    pageToken = answer.nextPageToken;
    if (pageToken === '') return;
  }
  throw new Error(`the listing has more than ${CLIENT_LIMITS.pagesMax} pages`);
}

/** The same, as a list. */
export const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
};
