// What the pages of exports read and send; a file goes from memory to the officer's disk, never to a cache.
import { useInfiniteQuery, useQueryClient } from "@tanstack/vue-query";
import { bodyOf, idempotencyKey } from "../../api/client";
import type { components } from "../../api/schema";
import { api, once } from "../lib/api";
import { queryKeys } from "../lib/query/keys";

type Schemas = components["schemas"];
export type Exported = Schemas["ExportItem"];
export type Dossier = Schemas["Dossier"];

export function useExports() {
  return useInfiniteQuery({
    queryKey: queryKeys.exports,
    queryFn: ({ pageParam }) =>
      bodyOf(api.GET("/api/v1/exports", { params: { query: { limit: 50, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useExportVerbs() {
  const cache = useQueryClient();
  const renew = () => cache.invalidateQueries({ queryKey: queryKeys.exports });
  return {
    make: async (body: Schemas["NewExport"]): Promise<Exported> => {
      const made = await bodyOf(api.POST("/api/v1/exports", { params: { header: once(idempotencyKey()) }, body }));
      void renew();
      return made;
    },
    fetchFile: async ({ id, number, format }: Exported): Promise<void> => {
      const blob = (await bodyOf(
        api.GET("/api/v1/exports/{export_id}/file", { params: { path: { export_id: id } }, parseAs: "blob" }) as never,
      )) as Blob;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${number}.${format}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      void renew();
    },
    readDossier: (export_id: string): Promise<Dossier> =>
      bodyOf(api.GET("/api/v1/exports/{export_id}/dossier", { params: { path: { export_id } } })),
  };
}
