// The one cache of server answers; client errors are shown at once, dropped lines are tried again.
import { QueryClient } from "@tanstack/vue-query";
import { ApiProblem } from "../../../api/problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    // Without a line: try, fail, and say so. The default waits in silence until there is one.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && error instanceof ApiProblem && error.retryable,
    },
  },
});
