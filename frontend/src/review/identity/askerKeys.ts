// The asker's keys: one a request, made here, never extractable, kept in this browser alone until the request has ended.
const DATABASE = "huiyin.identity";
const STORE = "keys";

export async function newAskerKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no storage"));
  });
}

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const request = act(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error("no storage"));
    });
  } finally {
    database.close();
  }
}

export const storeAskerKey = (opening: string, keys: CryptoKeyPair): Promise<IDBValidKey> =>
  run("readwrite", (store) => store.put(keys, opening));

export const askerKey = (opening: string): Promise<CryptoKeyPair | undefined> =>
  run("readonly", (store) => store.get(opening) as IDBRequest<CryptoKeyPair | undefined>);

export const dropAskerKey = (opening: string): Promise<undefined> => run("readwrite", (store) => store.delete(opening));
