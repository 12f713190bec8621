// The API's shapes under short names; they are generated, nothing is repeated here.
import type { components, operations } from "../../api/schema";

type Schemas = components["schemas"];

export type Ref = Schemas["AgencyRef"];
export type Region = Schemas["RegionItem"];
export type Me = Schemas["Me"];
export type Agency = Schemas["AgencyItem"];
export type Officer = Schemas["OfficerItem"];
export type LeadRow = Schemas["LeadRow"];
export type LeadPage = Schemas["LeadPage"];
export type Lead = Schemas["LeadItem"];
export type Tip = Schemas["TipItem"];
export type Clock = Schemas["ClockItem"];
export type Excluded = Schemas["ExcludedItem"];
export type SearchPage = Schemas["SearchPage"];
/** The client reads the API's pairs as lists of numbers. */
export type Snippet = Omit<Schemas["Snippet"], "matches"> & { matches: readonly (readonly number[])[] };
export type ViewCount = Schemas["ViewCount"];
export type SavedView = Schemas["SavedViewItem"];
export type KeptFilter = Schemas["LeadFilter"];
export type BulkResult = Schemas["BulkResult"];
export type Link = Schemas["LinkItem"];
export type Action = Schemas["ActionItem"];
export type TimelinePage = Schemas["TimelinePage"];
export type TimelineEntry = Schemas["TimelineItem"];
export type Channel = Schemas["ChannelItem"];
export type ChannelBody = Schemas["NewChannel"];
export type StaffTip = Schemas["StaffTip"];
export type Registered = Schemas["TipRegistered"];
export type LeadQuery = NonNullable<operations["list_leads"]["parameters"]["query"]>;
export type ChannelQuery = NonNullable<operations["list_channels"]["parameters"]["query"]>;
export type OfficerRole = Schemas["Role"];
export type Overlay = Schemas["OverlayItem"];
export type NewOverlay = Schemas["NewOverlay"];
export type OverlayDecision = Schemas["OverlayDecision"];
export type Assessment = Schemas["AssessmentItem"];
export type NewAssessment = Schemas["NewAssessment"];
export type Checklist = Schemas["ChecklistView"];
export type Tick = Schemas["Tick"];
export type NewNote = Schemas["NewNote"];
export type Mention = Schemas["MentionItem"];
export type Graph = Schemas["Graph"];
export type Secondment = Schemas["SecondmentItem"];
export type NewSecondment = Schemas["NewSecondment"];
export type SecondableRole = Schemas["SecondableRole"];
