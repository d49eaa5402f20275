"""What is pinned, and what asks about it: an audit, and a bill of materials. No part of the product."""
