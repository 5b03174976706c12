/** Sending a file with word of how far it is, which fetch does not give. */
import { fromAnswer, Problem } from './problem';

export type Upload<T> = { done: Promise<T>; cancel: () => void };
type Sent = { method: 'POST' | 'PUT'; url: string; body: FormData | Blob; headers?: Record<string, string> };

/** Sends a body. `onProgress` gets 0 to 1, of what has left this machine. */
export function send<T>({ method, url, body, headers = {} }: Sent, onProgress: (sent: number) => void): Upload<T> {
  const request = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => {
      const answer: unknown = request.response;
      if (request.status < 300) resolve(answer as T);
      else reject(fromAnswer(answer, new Response(null, { status: request.status })));
    };
    request.onerror = () => reject(fromAnswer(undefined, undefined));
    request.onabort = () => reject(new Problem(0, 'UPLOAD_CANCELLED', 'The upload was cancelled; nothing was kept.'));
    request.open(method, url);
    request.responseType = 'json';
    request.setRequestHeader('X-Taskyard-Client', 'web');
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(body);
  });
  return { done, cancel: () => request.abort() };
}

/** Posts `file` as the multipart field `file`. */
export function upload<T>(
  url: string,
  file: File,
  onProgress: (sent: number) => void,
  headers: Record<string, string> = {},
): Upload<T> {
  const body = new FormData();
  body.set('file', file);
  return send<T>({ method: 'POST', url, body, headers }, onProgress);
}
