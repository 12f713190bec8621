"""Word, Excel, PowerPoint, OpenDocument and OFD, built anew from lists of what is kept."""
