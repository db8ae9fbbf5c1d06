"""What is handed on to other programs and to reviewers: RDML, RDES, the checklist after MIQE."""
