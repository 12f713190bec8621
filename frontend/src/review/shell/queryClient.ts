// The one cache of server answers; client errors are shown at once, dropped lines are tried again.
import { QueryClient } from "@tanstack/vue-query";
import { ApiProblem } from "../../api/problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiProblem && error.retryable,
    },
  },
});
