DROP TRIGGER sight_changed ON leads;
DROP TRIGGER moved ON tips;
DROP FUNCTION
    give_links_back, carry_links, link_again, tips_to_link, link_tip, propose_links, search_tips, next_to_index, forget_words;
DROP TABLE link_cursor, tips_to_index, link_proposals, tip_signs, tip_terms, selectors, tip_words;
DROP FUNCTION tip_words_of_lead, lead_sight_changed, tip_moved;
DROP SEQUENCE tip_words_arrival;
