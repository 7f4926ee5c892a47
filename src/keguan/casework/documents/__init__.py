"""Documents made from cases: the application book, receipts, resolutions; as pages and as PDF."""
