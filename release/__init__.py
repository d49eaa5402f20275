"""What is done around a release and not in the product: an audit of what it is made from, and a bill of materials."""
