"""What of an OOXML document (ECMA-376, parts 1 and 4) is kept. What stands on no list here is not in a copy."""

_DOC = "http://schemas.openxmlformats.org/"
DRAWING = _DOC + "drawingml/2006/main"
WORD = _DOC + "wordprocessingml/2006/main"
SHEET = _DOC + "spreadsheetml/2006/main"
SLIDES = _DOC + "presentationml/2006/main"
RELATED = _DOC + "officeDocument/2006/relationships"
COMPATIBILITY = _DOC + "markup-compatibility/2006"
VML = "urn:schemas-microsoft-com:vml"
MATH = _DOC + "officeDocument/2006/math"
XML = "http://www.w3.org/XML/1998/namespace"
_VML_OFFICE = "urn:schemas-microsoft-com:office:office"
NAMESPACES = {
    DRAWING, WORD, SHEET, SLIDES, VML, MATH, _VML_OFFICE,
    "urn:schemas-microsoft-com:office:word", "urn:schemas-microsoft-com:office:excel",
    *(_DOC + f"drawingml/2006/{name}" for name in (
        "wordprocessingDrawing", "spreadsheetDrawing", "picture", "chart", "chartDrawing")),
}  # fmt: skip

MAIN = {WORD: "word/document.xml", SHEET: "xl/workbook.xml", SLIDES: "ppt/presentation.xml"}
# Parts by the last word of their relationship's type, and where the copy has them.
PARTS = {
    "styles": "styles", "numbering": "numbering", "settings": "settings", "fontTable": "fontTable",
    "footnotes": "footnotes", "endnotes": "endnotes", "comments": "comments", "header": "header", "footer": "footer",
    "theme": "theme/theme", "themeOverride": "theme/themeOverride", "chart": "charts/chart",
    "chartUserShapes": "drawings/chartDrawing", "drawing": "drawings/drawing", "vmlDrawing": "drawings/vmlDrawing",
    "sharedStrings": "sharedStrings", "worksheet": "worksheets/sheet", "chartsheet": "chartsheets/sheet",
    "table": "tables/table", "slide": "slides/slide", "slideLayout": "slideLayouts/slideLayout",
    "slideMaster": "slideMasters/slideMaster", "notesSlide": "notesSlides/notesSlide",
    "notesMaster": "notesMasters/notesMaster", "handoutMaster": "handoutMasters/handoutMaster",
    "tableStyles": "tableStyles", "commentAuthors": "commentAuthors", "image": "media/image",
}  # fmt: skip
ONLY_ONE = {
    "styles", "numbering", "settings", "fontTable", "footnotes", "endnotes", "sharedStrings", "tableStyles",
    "commentAuthors",
}  # fmt: skip
"""Of these a document has one; programs look for it under this name."""
# Parts that show nothing of the document, and are left behind. Any other part would be missed: there is no copy then.
LEFT_BEHIND = {
    "core-properties", "extended-properties", "custom-properties", "thumbnail", "customXml", "customXmlProps",
    "printerSettings", "stylesWithEffects", "webSettings", "glossaryDocument", "people", "commentsExtended",
    "commentsIds", "commentsExtensible", "attachedTemplate", "keyMapCustomizations", "recipientData", "origin",
    "mailMergeSource", "mailMergeHeaderSource", "calcChain", "connections", "queryTable", "externalLink",
    "externalLinkPath", "pivotTable", "pivotCacheDefinition", "pivotCacheRecords", "slicer", "slicerCache", "timeline",
    "timelineCache", "sheetMetadata", "person", "threadedComment", "volatileDependencies", "usernames",
    "revisionHeaders", "revisionLog", "xmlMaps", "tableSingleCells", "customProperty", "ctrlProp", "presProps",
    "viewProps", "tags", "changesInfo", "revisionInfo", "font", "classificationlabels", "chartStyle", "authors",
    "chartColorStyle", "hdphoto", "webextensiontaskpanes", "extensibility", "FeaturePropertyBag", "rdRichValue",
    "rdRichValueStructure", "rdRichValueTypes", "rdSupportingPropertyBag", "rdSupportingPropertyBagStructure",
    "richStyles", "rdarray", "transitionalThemeSupport", "userXmlData", "mailMergeRecipientData", "signature",
    "certificate", "htmlPubSaveAs", "smartTags", "wsSortMap", "attachedSchema", "transform",
}  # fmt: skip

# Elements of these namespaces that hold no content of the document, or content of somebody else.
NOT_KEPT = {
    # Of every kind:
    "extLst",
    # In Word, identifiers and templates, sources of data, names of forms and of content controls:
    "rsids", "rsid", "nsid", "tmpl", "attachedTemplate", "docVars", "mailMerge", "saveThroughXslt",
    "writeProtection", "documentProtection", "alias", "tag", "dataBinding", "listItem", "placeholder", "ffData",
    "proofState", "stylePaneSortMethod", "attachedSchema", "schemaLibrary", "smartTagType", "captions",
    "tblCaption", "tblDescription", "activeWritingStyle", "embedRegular", "embedBold", "embedItalic",
    "embedBoldItalic", "docPartObj", "docPartList", "customXmlPr", "smartTagPr", "clickAndTypeStyle",
    "hdrShapeDefaults", "latentStyles", "stylePaneFormatFilter", "shapeDefaults", "themeFontLang", "permStart",
    "permEnd", "OLEObject", "control", "desc", "title",
    # In Excel, people, views, passwords, sources of data:
    "fileVersion", "fileSharing", "workbookProtection", "customWorkbookViews", "functionGroups",
    "externalReferences", "oleSize", "pivotCaches", "smartTagTypes", "webPublishing", "fileRecoveryPr",
    "webPublishObjects", "sheetProtection", "protectedRanges", "scenarios", "customSheetViews", "customProperties",
    "cellWatches", "smartTags", "oleObjects", "controls", "webPublishItems", "drawingHF", "legacyDrawingHF",
    "picture", "xmlColumnPr", "FmlaMacro", "FmlaLink", "FmlaRange", "FmlaPict", "ClipboardFormat",
    # In PowerPoint, shows and effects:
    "custShowLst", "custDataLst", "modifyVerifier", "timing", "transition", "hf", "photoAlbum", "kinsoku",
    "externalData", "hlinkMouseOver", "snd", "audioFile", "videoFile", "quickTimeFile", "audioCd", "wavAudioFile",
    "pivotSource", "pivotFmts", "webPr", "contentPart", "oleObj",
}  # fmt: skip
# The slide's own title style, and a chart's title, are no names.
KEPT_ALL_THE_SAME = {(f"{_DOC}drawingml/2006/chart", "title"), (SHEET, "tag")}
SPLICED = {"smartTag", "customXml"}
"""Marks around content: the content stays."""


# Texts that are shown; `f` and its kin are formulas, `formatCode` and `separator` say how a number looks.
SHOWN = {
    "t", "delText", "instrText", "v", "f", "formula", "formula1", "formula2", "definedName", "formatCode", "separator",
    "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter", "text", "posOffset", "align",
    "tableStyleId", "calculatedColumnFormula", "totalsRowFormula", "Anchor", "pctPosHOffset", "pctPosVOffset",
}  # fmt: skip
FORMULAS = {"f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula"}

# Attributes whose value is a word of the standard, a colour, or a place in a table; with `val`, by their element.
WORDS = set(
    """
    ObjectType accent1 accent2 accent3 accent4 accent5 accent6 action activeCell activePane adj algn alignment
    allowincell anchor anchorx anchory arcsize asciiTheme aspectratio axis bIns behindDoc bg1 bg2 bidi blend bold
    borderStyle builtinId bwMode calcMode calendarType cap cellComments charset chromakey clear cmpd codePage
    color color2 colors connecttype coordorigin coordsize cropbottom cropleft cropright croptop cs csb0 csb1
    cstate cstheme dateTimeGrouping dashstyle dir displayBlanksAs displacedByCustomXml dropCap dvAspect dx2D dy2D
    eastAsiaTheme edited editAs element encoding end endA endCap endcap eqn errorStyle errors explosion ext
    extrusionok family fill fillcolor filled fillType fitPath fitshape flip fmla folHlink fontAlgn fontFamily
    followedHyperlink for format fillok from gradientshapeok grayscale bilevel grouping groupBy hAnchor hAnsiTheme
    hRule hSpace headEnd hint hlink horizontal horzAnchor horzOverflow hyperlink iconSet idx imeMode inset
    insetmode insetpen joinstyle kerning kind lang lastClr layout leader len lengthspecified limo line fldCharType
    points lineRule linecap linestyle lines list lvl max meth min mod mode name2 nodeType numCol numFmt numFmtId
    on operator opacity or orient orientation p paperSize pane panose panose1 path pathEditMode patternType phClr
    phase pitch pitchFamily placement plcHld pos position preferrelative presetClass prst prstMaterial prstClr r
    ref refMode relativeFrom relativeHeight resizeHandles restart rig rotate rotWithShape rowSpan rtl sb scaled
    scheme scope script scrollbar sect sel selection shadow shadowok shapeId show showComments showDataAs
    showObjects side size sortBy sortMethod space spacing spans sqref start startA state strike stroke strokecolor
    stroked strokeok strokeweight style subtotal sz t t1 t2 tableType tab tblpXSpec tblpYSpec tailEnd textHAlign
    textRotation textVAlign textboxrect themeColor themeFill themeFillShade themeFillTint themeShade themeTint
    timePeriod titlePg tl tm topLeftCell totalsRowFunction trim tx1 tx2 tcw type u underline units unitsString
    upright updateLinks usb0 usb1 usb2 usb3 using vAlign vAnchor val1 verticalDpi vert vertAnchor vertOverflow
    vertical view viewtype visibility vml w weight wrap wrapText wrapcoords wrapstyle xAlign xSpan xfrm xrange
    xscale xSplit yAlign ySplit year yrange yscale lin rgb indexed auto conformance comboboxes showGridLines
    dashStyle obscured ulspace imprint semihidden hidden dataDxfId cellStyleXfs target1 blurRad sourceLinked
    formatRow fLocksText fLocksWithSheet textlinkless numRef nm2 fromWordArt compatLnSpc lIns tIns rIns
    """.split()  # noqa: SIM905  a list of hundreds of words
)
VALUES = set(
    """
    animLvl axPos barDir baseTimeUnit bdr between bar bidi bottom brk brkBin brkBinSub builtInUnit cap caps
    characterSpacingControl charset chOff cnfStyle color combine count crossBetween crosses cs dLblPos
    decimalSymbol defJc degHide dir dispBlanksAs diff docGrid doNotCompress eastAsianLayout effect em end
    endnotePr errBarType errDir errValType family fill footnotePr font footnotePos gridSpan grouping headers
    highlight hMode hps hyphenationZone insideH insideV intLim jc kern lang layoutTarget lblAlgn left legendPos
    leader lfoLevel limLoc listSeparator lnNumType lvlJc lvlRestart majorTickMark majorTimeUnit mc minorTickMark
    minorTimeUnit mjc multiLevelType naryLim nary numFmt numRestart ofPieType orientation outline outlineLvl pBdr
    pMode pctWidth pgNumType pictureFormat pitch pos position printSettings prstClr prstDash radarStyle right rPr
    scatterStyle schemeClr scheme scr scrgbClr sdtPr separator shape shadow shd shp sizeRepresents sng splitType
    srgbClr start strike sty styleLink suff sym symbol sysClr sz szCs tab tblLayout tblLook tblOverlap tcBorders
    textAlignment textDirection textboxTightWrap tickLblPos tl2br top tr2bl trendlineType type u vAlign vMerge
    vertAlign vertJc view viewType w wMode wrap xMode yMode zOrder zoom chr begChr endChr sepChr brkBinOperator
    accent glow lock sdtContentLocked cellMerge hAnsi autoCaption horzOverflow vertOverflow calendar dateFormat
    lid storeMappedDataAs rubyAlign ligatures numForm numSpacing stylisticSets cntxtAlts
    """.split()  # noqa: SIM905
)
# Words that are named by the writer's program or by the writer: of these, only where programs put their own.
FONTS = {
    "rFonts@ascii", "rFonts@hAnsi", "rFonts@eastAsia", "rFonts@cs", "font@name", "altName@val", "latin@typeface",
    "ea@typeface", "cs@typeface", "sym@typeface", "sym@font", "buFont@typeface", "rFont@val", "name@val",
    "mathFont@val", "font@typeface",
}  # fmt: skip
NAMES_OF_FONTS = {(SHEET, "name@val")}
"""In Word, `name` is a style's."""
# What is shown, or says how numbers and lists look.
TEXTS = {
    "lvlText@val", "buChar@char", "numFmt@formatCode", "sym@char", "sheet@name", "definedName@name",
    "tableColumn@name", "dataValidation@error", "dataValidation@errorTitle", "dataValidation@prompt",
    "dataValidation@promptTitle", "filter@val", "customFilter@val", "textpath@string", "listSeparator@val",
    "decimalSymbol@val", "chr@val", "begChr@val", "endChr@val", "sepChr@val", "cfRule@text", "gd@fmla",
    "tableColumn@totalsRowLabel", "path@v", "lang@eastAsia", "panose1@val", "hyperlink@location", "compatSetting@name",
}  # fmt: skip
# Names that other places refer to: kept under numbers of their own, but for those that programs give.
NAMED = {
    "style@styleId": "style", "basedOn@val": "style", "next@val": "style", "link@val": "style", "pStyle@val": "style",
    "rStyle@val": "style", "tblStyle@val": "style", "numStyleLink@val": "style", "styleLink@val": "style",
    "name@val": "Style ", "bookmarkStart@name": "mark", "hyperlink@anchor": "mark", "table@name": "Table",
    "table@displayName": "Table", "cellStyle@name": "Style ", "tableStyleInfo@name": "Look", "tableStyle@name": "Look",
    "tableStyles@defaultTableStyle": "Look", "tableStyles@defaultPivotStyle": "Look", "table@dataCellStyle": "Style ",
    "table@headerRowCellStyle": "Style ", "tableColumn@dataCellStyle": "Style ", "shape@id": "shape",
    "shape@type": "shape", "shapetype@id": "shape", "shapetype@spid": "shape", "shape@spid": "shape", "gd@name": "gd",
    "rect@id": "shape", "line@id": "shape", "oval@id": "shape", "group@id": "shape", "roundrect@id": "shape",
    "theme@name": "Theme", "clrScheme@name": "Theme", "fontScheme@name": "Theme", "fmtScheme@name": "Theme",
    "tblStyle@styleName": "Style ",
}  # fmt: skip
SWITCHES = {"on", "off", "true", "false", "t", "f"}
GUIDS = {"tblStyle@styleId", "tblStyleLst@def", "fld@id", "tableStyleId"}
# The format wants these; an empty one says nothing.
EMPTY = {
    "cNvPr@name", "docPr@name", "comment@author", "ins@author", "del@author", "moveFrom@author", "moveTo@author",
    "rPrChange@author", "pPrChange@author", "sectPrChange@author", "tblPrChange@author", "trPrChange@author",
    "tcPrChange@author", "tblGridChange@author", "numberingChange@author", "cellIns@author", "cellDel@author",
    "cellMerge@author", "tblPrExChange@author", "moveFromRangeStart@author", "moveToRangeStart@author",
    "cmAuthor@name", "cmAuthor@initials", "graphicFrame@macro", "sp@macro", "sp@textlink",
}  # fmt: skip
MOVE_NAMES = {"moveFromRangeStart@name", "moveToRangeStart@name"}
# Addresses of the standards themselves.
STANDARD_ADDRESS = {"graphicData@uri", "compatSetting@uri"}

# Of VML's styles (CSS): the words that may stand where no number does.
STYLE_WORDS = set(
    """
    absolute relative static visible hidden inherit auto left right center top bottom inside outside margin page
    text char line column middle baseline none square tight through both largest t f x y xy normal bold italic
    top-center middle-center bottom-center top-left vertical horizontal vertical-ideographic
    horizontal-ideographic inner-margin-area outer-margin-area left-margin-area right-margin-area top-margin-area
    bottom-margin-area position
    """.split()  # noqa: SIM905
)

# Field codes (ECMA-376-1, 17.16.5) that show what stands in the document itself. Others name files, people or servers.
FIELDS = {
    "PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "PAGEREF", "REF", "NOTEREF", "TOC", "SEQ", "STYLEREF", "EQ",
    "SYMBOL", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN", "LISTNUM", "ADVANCE", "QUOTE", "TC", "XE", "INDEX", "=",
}  # fmt: skip
