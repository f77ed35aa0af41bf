"""The pure core: records, events, fold, clocks; knows no kind and does no input or output."""
