// Reporting channels (举报渠道) as matters: published, suspended, withdrawn, each with a reason.
import { bodyOf } from "../../api/client";
import { hasMessage, t } from "../lib/i18n";
import { queryKeys } from "../lib/query/keys";
import type { Channel } from "../lib/types";
import { verbClient } from "../workflow/api";
import { matterKind, type Matter } from "../workflow/matter";
import { register } from "../workflow/registry";

/** A channel's description is changed in a form of its own (ChannelDialog), not in the action bar's. */
export function channelMatter({ id, name, version, actions: all }: Channel): Matter {
  const actions = all.filter(({ verb }) => verb !== "change");
  return { kind: "channel", id, number: name, version, actions, pending: null };
}

const verbs = verbClient<"channels">();

register(
  "channel",
  matterKind({
    plural: "channels",
    post: (sent) => bodyOf(verbs.POST("/api/v1/{plural}/{id}/{verb}", sent)),
    matter: channelMatter,
    changed: (cache) => void cache.invalidateQueries({ queryKey: queryKeys.channels }),
    words: {
      on: "channels.on",
      done: "channels.done",
      changed: "channels.changed",
      noLonger: "channels.noLonger",
      gone: "channels.gone",
    },
    verbName: (verb) => {
      const key = `channels.verb_${verb}`;
      return hasMessage(key) ? t(key) : verb;
    },
  }),
);
